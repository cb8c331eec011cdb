// Package configfile keeps a file that is either whole or not there.
package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts the content into the file, readable by its owner alone: on Lambda that is the function too. Nobody ever sees half of it,
// and missing folders are made.
func Write(path string, content []byte) (err error) {
	folder, name := filepath.Split(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of the file: %w", err)
	}
	// CreateTemp makes files with mode 0600.
	temporary, err := os.CreateTemp(folder, beginning(name)+"*"+ending)
	if err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the file: %w", err)
			_ = os.Remove(temporary.Name())
		}
	}()
	_, err = temporary.Write(content)
	if err := errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// Update writes the file unless it holds this content already, and says whether it has.
func Update(path string, content []byte) (changed bool, err error) {
	if err := check(path); err != nil {
		return false, err
	}
	info, err := os.Lstat(path)
	// What is not a plain file, as a pipe, may keep a reader waiting.
	if err == nil && info.Mode().IsRegular() && info.Size() == int64(len(content)) {
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
			return false, nil
		}
	}
	return true, Write(path, content)
}

// Remove takes the file away where there is one, and what a killed Write has left beside it.
func Remove(path string) error {
	if err := check(path); err != nil {
		return err
	}
	removeLeftovers(path)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the file of an earlier INIT: %w", err)
	}
	return nil
}

// check refuses a path that depends on the working folder, which Lambda does not promise, and one that is a folder.
func check(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("CONFIG_FILE is %q. Set it to an absolute path, e.g. /tmp/appsettings.json", path)
	}
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return fmt.Errorf("CONFIG_FILE is the folder %s. Set it to a file in it", path)
	}
	return nil
}
