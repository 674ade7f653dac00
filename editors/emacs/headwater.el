;;; headwater.el --- Runbooks with live telemetry, by eglot -*- lexical-binding: t; -*-

;; Emacs 29 has eglot; before, it is a package (`elpa-eglot' in Debian).  Put this file on the `load-path' and
;; (require 'headwater).  Opening a runbook then starts `headwater lsp'; nothing runs before you ask:
;; M-x headwater-run runs the block at point, its results come as inlay hints where Emacs shows them (29), and
;; in the messages of the server else.

;;; Code:

(require 'eglot)

(defvar headwater-program "headwater" "The program, by its name or its path.")

(add-to-list 'eglot-server-programs
             `((markdown-mode gfm-mode) . ,(lambda (&rest _) (list headwater-program "lsp"))))

(defun headwater--execute (command)
  "Ask the server for COMMAND on the block at point."
  (let ((server (eglot-current-server)))
    (unless server (user-error "No server for this buffer; M-x eglot starts it"))
    (eglot--signal-textDocument/didChange)
    (let ((answer (jsonrpc-request
                   server :workspace/executeCommand
                   (list :command command
                         :arguments (vector (list :uri (plist-get (eglot--TextDocumentIdentifier) :uri)
                                                  :position (eglot--pos-to-lsp-position)))))))
      (when (stringp answer)
        (with-current-buffer (get-buffer-create "*headwater*")
          (let ((inhibit-read-only t)) (erase-buffer) (insert answer))
          (special-mode)
          (display-buffer (current-buffer)))))))

(defun headwater-run () "Run the block at point." (interactive) (headwater--execute "headwater.runBlock"))
(defun headwater-stop () "Stop the block at point." (interactive) (headwater--execute "headwater.stopBlock"))
(defun headwater-run-all () "Run all blocks." (interactive) (headwater--execute "headwater.runAll"))
(defun headwater-stop-all () "Stop all blocks." (interactive) (headwater--execute "headwater.stopAll"))
(defun headwater-explain () "Show how the block at point runs." (interactive) (headwater--execute "headwater.explainBlock"))
(defun headwater-different ()
  "Say what is different about the events that the filter at point lets through."
  (interactive)
  (headwater--execute "headwater.different"))

(provide 'headwater)
;;; headwater.el ends here
