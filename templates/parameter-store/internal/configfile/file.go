// Package configfile keeps a file that is either whole or not there.
package configfile

import (
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
	temporary, err := os.CreateTemp(folder, "."+name+"-*")
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

// Remove takes the file away where there is one. It refuses a path that depends on the working folder, which Lambda does not promise,
// and one that is a folder.
func Remove(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("CONFIG_FILE is %q. Set it to an absolute path, e.g. /tmp/appsettings.json", path)
	}
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && info.IsDir() {
		return fmt.Errorf("CONFIG_FILE is the folder %s. Set it to a file in it", path)
	}
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the file of an earlier INIT: %w", err)
	}
	return nil
}
