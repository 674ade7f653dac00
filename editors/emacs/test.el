;;; test.el --- eglot against a real server -*- lexical-binding: t; -*-

(require 'cl-lib)
(package-initialize)
(require 'markdown-mode)
(require 'headwater)
(setq headwater-program (getenv "HEADWATER")
      eglot-sync-connect t
      eglot-autoshutdown t
      eglot-confirm-server-initiated-edits nil)

(defvar passed 0)
(defun ok (what) (cl-incf passed) (princ (format "ok   %s\n" what)))
(defun eventually (what holds)
  "Wait for events until HOLDS gives something; fail with WHAT after 30 seconds."
  (let ((until (+ (float-time) 30)) value)
    (while (and (not (setq value (funcall holds))) (< (float-time) until))
      (accept-process-output nil 0.05))
    (or value (error "Never happened: %s" what))))
(defun ask (method params)
  "The answer, of the text as it is now."
  (eglot--signal-textDocument/didChange)
  (jsonrpc-request (eglot-current-server) method params))

(condition-case failure
    (let* ((folder (make-temp-file "headwater" t)) (file (expand-file-name "shop.md" folder)))
      (with-temp-file file
        (insert "# Shop\n\n```headwater name=last\nspans\n| where duratoin > 1s\n| tail 5\n```\n"))
      (make-directory (expand-file-name ".git" folder))
      (find-file file)
      (markdown-mode)
      (apply #'eglot (eglot--guess-contact))
      (eventually "the server" (lambda () (eglot-current-server)))
      (ok "eglot connects")
      (eventually "a finding"
                  (lambda () (flymake-start nil) (cl-find-if (lambda (found) (string-match-p "duratoin" (flymake-diagnostic-text found)))
                                                              (flymake-diagnostics))))
      (ok "a mistake is found")
      (goto-char (point-min))
      (search-forward "duratoin")
      (let* ((actions (ask :textDocument/codeAction
                           (list :textDocument (eglot--TextDocumentIdentifier)
                                 :range (list :start (eglot--pos-to-lsp-position (match-beginning 0)) :end (eglot--pos-to-lsp-position (match-end 0)))
                                 :context (list :diagnostics []))))
             (fix (cl-find-if (lambda (action) (string-match-p "duration" (plist-get action :title))) actions)))
        (unless fix (error "No fix among %S" (mapcar (lambda (action) (plist-get action :title)) actions)))
        (eglot--apply-workspace-edit (plist-get fix :edit)))
      (unless (string-match-p "where duration > 1s" (buffer-string)) (error "%s" (buffer-string)))
      (ok "and mended by its fix")
      (goto-char (point-min))
      (search-forward "| tail 5")
      (insert "\n| where cloud.re")
      (let ((items (ask :textDocument/completion (list :textDocument (eglot--TextDocumentIdentifier) :position (eglot--pos-to-lsp-position)))))
        (unless (cl-find "cloud.region" (append (if (plist-member items :items) (plist-get items :items) items) nil)
                         :key (lambda (item) (plist-get item :label)) :test #'equal)
          (error "No cloud.region among %S" items)))
      (ok "completion knows the fields")
      (delete-region (line-beginning-position 1) (line-end-position))
      (delete-char -1)
      (headwater-run)
      (eventually "a Stop lens"
                  (lambda () (cl-find-if (lambda (lens) (string-match-p "Stop" (or (plist-get (plist-get lens :command) :title) "")))
                                         (ask :textDocument/codeLens (list :textDocument (eglot--TextDocumentIdentifier))))))
      (eventually "a live hint"
                  (lambda () (cl-find-if (lambda (hint) (string-match-p "read" (format "%s" (plist-get hint :label))))
                                         (ask :textDocument/inlayHint
                                              (list :textDocument (eglot--TextDocumentIdentifier)
                                                    :range (list :start '(:line 0 :character 0) :end '(:line 20 :character 0)))))))
      (ok "a block runs, and its hints say what it read")
      (headwater-stop)
      (ok "and stops")
      (princ (format "%d passed, 0 failed\n" passed))
      (set-buffer-modified-p nil)
      (kill-emacs 0))
  (error (princ (format "FAIL %s\n%d passed, 1 failed\n" (error-message-string failure) passed))
         (kill-emacs 1)))
