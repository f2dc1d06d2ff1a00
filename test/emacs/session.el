;;; session.el --- what a user does in Emacs, and what it shows, as JSON  -*- lexical-binding: t -*-

;; Run by eglot.e2e.ts with TW_FOLDER (a kernel), TW_SERVER (the server's script) and TW_CLIENT (client/emacs).

(package-initialize)
(add-to-list 'load-path (getenv "TW_CLIENT"))
(require 'task-watchers)
(require 'json)
(setq task-watchers-command (list "node" (getenv "TW_SERVER") "--stdio")
      eglot-sync-connect 20 eglot-autoshutdown t create-lockfiles nil make-backup-files nil)

(defun tw-wait (what condition)
  "Wait until CONDITION is true."
  (let ((tries 0))
    (while (not (funcall condition))
      (when (> (setq tries (1+ tries)) 150) (error "waited in vain for %s" what))
      (accept-process-output nil 0.1))))

(defun tw-open (file)
  (find-file (expand-file-name file (getenv "TW_FOLDER")))
  (unless (eglot-current-server) (apply #'eglot (let ((this-command 'eglot)) (eglot--guess-contact))))
  (tw-wait "the server" #'eglot-current-server))

(defun tw-flymake ()
  (flymake-start)
  (flymake-diagnostics))

(let (result)
  (tw-open "kernel/auditsc.c")
  (push (cons 'emacs emacs-version) result)
  (push (cons 'root (directory-file-name (file-truename (project-root (project-current))))) result)
  ;; Without a configuration read, tables come a moment later: reindex answers when they are there.
  (jsonrpc-request (eglot-current-server) :workspace/executeCommand
                   '(:command "taskWatchers.reindex" :arguments [nil]) :timeout 20)

  ;; Diagnostics as one types.
  (goto-char (point-min))
  (search-forward "task_watcher_func(init")
  (replace-match "task_watcher_func(inti" t t)
  ;; What eglot does when Emacs is idle, which a batch Emacs never is.
  (eglot--signal-textDocument/didChange)
  (let (found)
    (tw-wait "a diagnostic"
             (lambda ()
               (setq found (seq-filter (lambda (one) (string-match-p "inti\\|INTI" (flymake-diagnostic-text one)))
                                       (tw-flymake)))))
    (push (cons 'diagnostic
                (buffer-substring-no-properties (flymake-diagnostic-beg (car found)) (flymake-diagnostic-end (car found))))
          result)
    (push (cons 'message (flymake-diagnostic-text (car found))) result))
  (let ((inhibit-read-only t)) (revert-buffer t t t))
  (unless eglot--managed-mode (eglot--maybe-activate-editing-mode))
  (tw-wait "no diagnostic"
           (lambda () (not (seq-some (lambda (one) (string-match-p "inti\\|INTI" (flymake-diagnostic-text one))) (tw-flymake)))))

  ;; xref: from the registration to the function.
  (goto-char (point-min))
  (search-forward "task_watcher_func(init, au")
  (xref-find-definitions (xref-backend-identifier-at-point (xref-find-backend)))
  (push (cons 'definition (buffer-substring-no-properties (line-beginning-position) (line-end-position))) result)

  ;; eldoc: what is shown for the registration at point.
  (tw-open "kernel/auditsc.c")
  (goto-char (point-min))
  (search-forward "task_watcher_func(init, au")
  (let (shown)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown text)))
    (tw-wait "eldoc" (lambda () shown))
    (push (cons 'eldoc (substring-no-properties (format "%s" shown))) result))

  ;; Implementations of a notification: the watchers.
  (tw-open "kernel/fork.c")
  (goto-char (point-min))
  (search-forward "notify_task_w")
  (push (cons 'implementations
              (vconcat (mapcar (lambda (item) (substring-no-properties (xref-item-summary item)))
                               (eglot--lsp-xrefs-for-method :textDocument/implementation))))
        result)

  ;; Our commands.
  (task-watchers-table "INIT")
  (push (cons 'table (with-current-buffer "*task watchers*" (buffer-string))) result)
  (task-watchers-dispatch)
  (push (cons 'dispatch (with-current-buffer "*task watchers dispatch*" (buffer-string))) result)
  (task-watchers-why "kernel/fork.o")
  (push (cons 'why (with-current-buffer "*task watchers why*" (buffer-string))) result)

  (eglot-shutdown (eglot-current-server))
  (princ (concat "RESULT " (json-encode result) "\n")))
