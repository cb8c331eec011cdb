package configfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWriteReplacesWholeFiles(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "app.json")
	if err := os.WriteFile(file, []byte("something longer than what follows"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(file, []byte("\x00new\r\n")); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != "\x00new\r\n" {
		t.Errorf("content = %q, %v", got, err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode = %o, want 600", mode)
	}
	only(t, folder, "app.json")
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	// A folder under the file's name makes the rename fail, after the content has been written.
	if err := os.MkdirAll(filepath.Join(folder, "app.json", "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(folder, "app.json"), []byte("new")); err == nil {
		t.Error("no error")
	}
	only(t, folder, "app.json")
}

func TestRemove(t *testing.T) {
	file := filepath.Join(t.TempDir(), "app.json")
	if err := Write(file, nil); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is not there is removed already
		if err := Remove(file); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file is still there: %v", err)
		}
	}
	if err := Remove(filepath.Dir(file)); err == nil {
		t.Error("an empty folder was removed")
	}
	if err := Remove("app.json"); err == nil {
		t.Error("a relative path was taken")
	}
}

func TestRemoveTakesOnlyItsOwnLeftovers(t *testing.T) {
	folder := t.TempDir()
	leftovers := []string{".app.json.1234567.partial", ".app.json.0.partial"}
	others := []string{".app.json.partial", ".app.json.12a.partial", ".other.json.12.partial", "app.json.12.partial", ".app.json.12", "app.jsonx"}
	for _, name := range append(leftovers, others...) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, ".app.json.77.partial"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Remove(filepath.Join(folder, "app.json")); err != nil {
		t.Fatal(err)
	}
	for _, name := range leftovers {
		if _, err := os.Stat(filepath.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there", name)
		}
	}
	for _, name := range append(others, ".app.json.77.partial") {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Errorf("%s is gone", name)
		}
	}
}

func TestWriteNamesItsFilesSoThatTheyAreFound(t *testing.T) {
	folder := t.TempDir()
	temporary, err := os.CreateTemp(folder, beginning("app.json")+"*"+ending)
	if err != nil {
		t.Fatal(err)
	}
	_ = temporary.Close()
	if err := Write(filepath.Join(folder, "app.json"), nil); err != nil {
		t.Fatal(err)
	}
	removeLeftovers(filepath.Join(folder, "app.json"))
	only(t, folder, "app.json")
}

func TestUpdate(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "app.json")
	for _, step := range []struct {
		content string
		changed bool
	}{{"one", true}, {"one", false}, {"two", true}, {"", true}, {"", false}} {
		before, _ := os.Stat(file)
		changed, err := Update(file, []byte(step.content))
		if err != nil || changed != step.changed {
			t.Errorf("Update(%q) = %t, %v", step.content, changed, err)
		}
		after, err := os.Stat(file)
		if err != nil || os.SameFile(before, after) == step.changed {
			t.Errorf("Update(%q) left another file than it says", step.content)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != step.content {
			t.Errorf("content = %q, want %q", got, step.content)
		}
	}
	only(t, folder, "app.json")
	for _, path := range []string{"app.json", folder} {
		if _, err := Update(path, nil); err == nil {
			t.Errorf("%s was taken", path)
		}
	}
}

func TestUpdateReplacesWhatIsNoPlainFile(t *testing.T) {
	folder := t.TempDir()
	target, file := filepath.Join(folder, "somewhere-else"), filepath.Join(folder, "app.json")
	content := []byte(target) // as long as the link, which is all that Update can know of it without reading through it
	if err := os.WriteFile(target, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, file); err != nil {
		t.Skip(err)
	}
	if changed, err := Update(file, content); err != nil || !changed {
		t.Errorf("changed = %t, %v", changed, err)
	}
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link is still there: %v, %v", info, err)
	}
}

// only checks that the folder holds nothing else: no temporary file is left.
func only(t *testing.T, folder, name string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("folder = %v, want only %s", entries, name)
	}
}
