package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// JSON makes an object, in which paths are objects in objects. A value that is a JSON object or array stands in it as such, with its
// numbers as they were written; any other one is a string, since Parameter Store knows nothing but texts.
func JSON(entries []Entry) ([]byte, error) {
	byPath, err := unique(entries, func(entry Entry) string { return joined(entry.Path) })
	if err != nil {
		return nil, err
	}
	root := map[string]any{}
	for _, entry := range byPath {
		object := root
		for depth, key := range entry.Path[:len(entry.Path)-1] {
			if value, taken := byPath[joined(entry.Path[:depth+1])]; taken {
				return nil, fmt.Errorf("%s cannot be a value and the object that holds %s. Give one of them another key, or another name",
					value.Origin, entry.Origin)
			}
			inner, ok := object[key].(map[string]any)
			if !ok {
				inner = map[string]any{}
				object[key] = inner
			}
			object = inner
		}
		object[entry.Path[len(entry.Path)-1]] = valueOf(entry.Value)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(root) // it sorts keys: the same values make the same bytes
	return out.Bytes(), err
}

func valueOf(text string) any {
	if begin := strings.TrimLeft(text, " \t\r\n"); begin != "" && (begin[0] == '{' || begin[0] == '[') && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return text
}
