package table

import (
	"encoding/json"
	"testing"
)

// FuzzItem has a table answer anything: what is taken for an item is JSON.
func FuzzItem(f *testing.F) {
	for _, seed := range []string{
		`{"id":{"S":"1"}}`, `{"n":{"N":"1E-130"}}`, `{"n":{"N":"NaN"}}`, `{"l":{"L":[{"M":{"x":{"NULL":true}}}]}}`, `{"s":{"NS":["1","x"]}}`, `{"x":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		var attributes map[string]attribute
		if json.Unmarshal(answer, &attributes) != nil {
			return
		}
		fields, err := plainMap(attributes)
		if err != nil {
			return
		}
		if item, err := encode(fields); err != nil || !json.Valid(item) {
			t.Errorf("%s became %s, %v", answer, item, err)
		}
	})
}
