/** Functions that give memory, or NULL. */
const allocators = new Set(
  (
    'kmalloc kzalloc kcalloc kmalloc_array kmalloc_node kzalloc_node kvmalloc kvzalloc kvcalloc kmem_cache_alloc ' +
    'kmem_cache_zalloc kmem_cache_alloc_node vmalloc vzalloc kmemdup kstrdup kstrndup __get_free_page __get_free_pages ' +
    'get_zeroed_page alloc_page alloc_pages alloc_percpu __alloc_percpu mempool_alloc krealloc alloc_skb nlmsg_new ' +
    'alloc_workqueue create_workqueue slab_alloc kmem_zalloc kasprintf'
  ).split(' '),
);

/** NULL from such a function means that there was no memory. */
export const givesNullOnFailure = (name: string): boolean => allocators.has(name);

/** Functions that do nothing with what they are told but print it. */
export const onlyPrints = (name: string): boolean =>
  /^(?:printk|_?printk_\w+|pr_\w+|dev_(?:dbg|info|warn|err|emerg|alert|crit|notice)\w*|trace_\w+|dump_stack|audit_log_lost|no_printk)$/.test(
    name,
  );

/** Functions and macros that are asked about what they are given, or hand it on as it is. */
export const isTransparent = (name: string): boolean =>
  /^(?:likely|unlikely|__builtin_expect|ERR_PTR|PTR_ERR|ERR_CAST|IS_ERR|IS_ERR_VALUE|IS_ERR_OR_NULL|PTR_ERR_OR_ZERO|WARN|WARN_ON|WARN_ONCE|WARN_ON_ONCE|BUG_ON|READ_ONCE)$/.test(
    name,
  );
