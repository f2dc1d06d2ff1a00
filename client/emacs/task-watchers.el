;;; task-watchers.el --- Task watchers of a Linux kernel, through eglot  -*- lexical-binding: t -*-

;; SPDX-License-Identifier: MIT
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))

;;; Commentary:

;; Makes eglot start task-watchers-language-server for C files of a kernel tree, and adds commands for what the Language
;; Server Protocol has no word for.  Emacs 29 and newer have eglot; for Emacs 28 it is a package.
;;
;;   (add-to-list 'load-path "/path/to/task-watchers-tools/client/emacs")
;;   (require 'task-watchers)
;;
;; then M-x eglot in a source file of the kernel.

;;; Code:

(require 'eglot)
(require 'project)

(defgroup task-watchers nil
  "Linker-gathered tables of a Linux kernel."
  :group 'tools
  :prefix "task-watchers-")

(defcustom task-watchers-command '("task-watchers-language-server" "--stdio")
  "Command line of the language server."
  :type '(repeat string))

(defcustom task-watchers-settings nil
  "Settings of the server, as a property list: (:buildDir \"/build/linux\")."
  :type 'plist)

(defconst task-watchers--evidence '("Makefile" "arch" "include" "init/main.c" "kernel")
  "What every kernel tree has; the server looks for the same.")

(defun task-watchers-root (directory)
  "The kernel tree at or above DIRECTORY, or nil."
  (locate-dominating-file
   directory
   (lambda (folder)
     (and (file-directory-p folder)
          (seq-every-p (lambda (name) (file-exists-p (expand-file-name name folder)))
                       task-watchers--evidence)))))

(defun task-watchers-project (directory)
  "A kernel tree around DIRECTORY as a project.
For `project-find-functions': eglot serves projects, and a kernel
without its git history is otherwise none."
  (when-let ((root (task-watchers-root directory)))
    (cons 'transient (file-name-as-directory (expand-file-name root)))))

(defun task-watchers-contact (&rest _)
  "What eglot is to run, for `eglot-server-programs'."
  (append task-watchers-command
          (and task-watchers-settings (list :initializationOptions task-watchers-settings))))

(add-hook 'project-find-functions #'task-watchers-project)
(add-to-list 'eglot-server-programs '((c-mode c-ts-mode) . task-watchers-contact))

(defconst task-watchers--events '("INIT" "CLONE" "EXEC" "UID" "GID" "EXIT" "FREE"))

(defun task-watchers--show (name command argument)
  "Run COMMAND of the server with ARGUMENT; show its Markdown in buffer NAME."
  (let* ((server (or (eglot-current-server) (user-error "No server here: M-x eglot first")))
         (uri (eglot--path-to-uri (or buffer-file-name default-directory)))
         (result (condition-case problem
                     (jsonrpc-request server :workspace/executeCommand
                                      (list :command command
                                            :arguments (vector (append argument (list :uri uri))))
                                      :timeout 60)
                   (jsonrpc-error
                    (user-error "Task Watchers: %s"
                                (or (alist-get 'jsonrpc-error-message (cddr problem)) (cadr problem)))))))
    (unless result (user-error "No kernel tree is open"))
    (with-current-buffer (get-buffer-create name)
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (plist-get result :markdown)))
      (goto-char (point-min))
      (if (fboundp 'gfm-view-mode) (gfm-view-mode) (special-mode))
      (display-buffer (current-buffer)))))

(defun task-watchers--read-event ()
  (list (completing-read "Event: " task-watchers--events nil t)))

;;;###autoload
(defun task-watchers-table (event)
  "Show the watchers of EVENT in slot order."
  (interactive (task-watchers--read-event))
  (task-watchers--show "*task watchers*" "taskWatchers.table" (list :event event)))

;;;###autoload
(defun task-watchers-dispatch (&optional event)
  "Show what a notification of EVENT does.
Interactively: of the call site at point, with a prefix argument of an event."
  (interactive (and current-prefix-arg (task-watchers--read-event)))
  (task-watchers--show
   "*task watchers dispatch*" "taskWatchers.dispatch"
   (if event
       (list :event event)
     (let ((position (eglot--pos-to-lsp-position)))
       (list :line (plist-get position :line) :character (plist-get position :character))))))

;;;###autoload
(defun task-watchers-why (&optional object)
  "Show why OBJECT (kernel/fork.o) is linked or not; nil: that of this file."
  (interactive (list (let ((name (read-string "Object (empty: this file): "))) (and (not (equal name "")) name))))
  (task-watchers--show "*task watchers why*" "taskWatchers.why" (and object (list :object object))))

(provide 'task-watchers)

;;; task-watchers.el ends here
