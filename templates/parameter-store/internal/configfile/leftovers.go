package configfile

import (
	"os"
	"path/filepath"
	"strings"
)

// ending is that of the files that are being written.
const ending = ".partial"

// beginning is that of the files that are being written for this one.
func beginning(name string) string { return "." + name + "." }

// removeLeftovers takes away what a process that was killed before it could rename has left: it holds values, and /tmp outlives the
// processes when Lambda resets an environment. It does what it can: where it fails, the file itself is no worse for it.
func removeLeftovers(path string) {
	folder, name := filepath.Split(path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() && isLeftover(entry.Name(), name) {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}

// isLeftover tells Write's names, which have digits in the middle, from all others.
func isLeftover(entry, name string) bool {
	rest, begins := strings.CutPrefix(entry, beginning(name))
	digits, ends := strings.CutSuffix(rest, ending)
	return begins && ends && digits != "" && strings.Trim(digits, "0123456789") == ""
}
