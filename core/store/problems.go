package store

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

func cannotWrite(path string, err error) *problem.Problem {
	p := problem.New(codeCannotWrite, words.T("%s cannot be written.", path)).By(err)
	switch {
	case errors.Is(err, syscall.ENOSPC), isDiskFull(err):
		return p.With(words.T("The disk is full. The file was not changed.")).Fix(words.T("Free some space on the disk, then try again."))
	case errors.Is(err, syscall.EROFS):
		return p.With(words.T("The disk is read-only. The file was not changed.")).Fix(words.T("Choose another configuration folder with --config-dir or ROOMKEY_HOME, or make the disk writable."))
	case errors.Is(err, fs.ErrPermission):
		return p.With(words.T("This account is not allowed to write there. The file was not changed.")).Fix(words.T("Give your account the right to write to the folder, or choose another with --config-dir or ROOMKEY_HOME."))
	}
	return p.With(words.T("System message: %s. The file was not changed.", strings.TrimRight(err.Error(), "."))).Fix(words.T("Check the folder, or choose another with --config-dir or ROOMKEY_HOME."))
}

func leftOver(folder string, err error) *problem.Problem {
	return problem.New(codeLeftOver, words.T("The connection is deleted, but some of its files are left in %s.", folder)).By(err).
		With(words.T("System message: %s.", strings.TrimRight(err.Error(), "."))).
		Fix(words.T("Close the program that has one of the files open, then delete the folder. No secret is in it."))
}

func cannotRead(path string, err error) *problem.Problem {
	p := problem.New(codeCannotRead, words.T("%s cannot be read.", path)).By(err)
	if errors.Is(err, fs.ErrPermission) {
		return p.With(words.T("This account is not allowed to read it.")).Fix(words.T("Give your account the right to read the file."))
	}
	return p.With(words.Plain(err.Error())).Fix(words.T("Check the file or restore it from a backup. Roomkey left it as it was."))
}

func missing(file string) *problem.Problem {
	return problem.New(codeNoDocument, words.T("%s is missing, but other files of the connection exist.", file)).
		Fix(words.T("Restore the file from a backup, or delete its folder."))
}

func misplaced(file, id string) *problem.Problem {
	if id == "" {
		return problem.New(codeMisplaced, words.T("%s is in a folder whose name is not a valid connection ID.", file)).
			Fix(words.T("To bring in a document from elsewhere, use connection import, and remove the folder."))
	}
	return problem.New(codeMisplaced, words.T("%s, field id: %q is not the name of its folder.", file, problem.Line(id))).
		Fix(words.T("If the folder is a copy, use connection import instead, which gives the copy its own ID, and remove the folder."))
}

func unknownConnection(name string, names []string) *problem.Problem {
	p := problem.New(codeUnknownConnection, words.T("There is no connection %q.", problem.Line(name)))
	if len(names) == 0 {
		return p.Run(words.T("List the connections, or create one:"), "roomkeyctl connection list")
	}
	return p.Fix(words.T("Use one of these: %s.", strings.Join(names, ", ")))
}

func changed(file string) *problem.Problem {
	return problem.New(codeChanged, words.T("The connection was changed on disk after it was loaded here, so it was not overwritten.")).
		With(words.Plain(file)).Fix(words.T("Open the connection again to see the other change, then repeat yours."))
}

func deleted(file string) *problem.Problem {
	return problem.New(CodeDeleted, words.T("The connection was deleted after it was loaded here, so nothing more is saved.")).
		With(words.Plain(file)).Fix(words.T("If you still need it, export it from a window in which it is still open, or import an exported file."))
}
