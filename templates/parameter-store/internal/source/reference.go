package source

import "strings"

// Reference is one thing to be read.
type Reference struct {
	// Key is where it goes in the file, with slashes between objects; empty where its own name decides.
	Key string
	// ID is its name, path or ARN, as the service takes it.
	ID string
}

// ParseList reads a list as the variables hold it: separated by commas, each with a key and an equals sign before it or not.
func ParseList(text string) []Reference {
	var list []Reference
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		// A parameter's name has no equals sign; before a secret's name that has one, a key is written too.
		key, id, found := strings.Cut(item, "=")
		if !found {
			key, id = "", item
		}
		list = append(list, Reference{Key: strings.TrimSpace(key), ID: strings.TrimSpace(id)})
	}
	return list
}

// under is the place of something of this name: the reference's own key, or the name's last part.
func (r Reference) under(name string) []string {
	if path := split(r.Key); len(path) > 0 {
		return path
	}
	path := split(name)
	if len(path) == 0 {
		return []string{name}
	}
	last, _, _ := strings.Cut(path[len(path)-1], ":")
	return []string{last}
}

// split cuts a path at its slashes, without what is empty between them.
func split(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
