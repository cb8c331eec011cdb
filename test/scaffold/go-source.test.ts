// Go source in its new module.
import { expect, test } from "vitest";
import { moveGoSource } from "../../src/scaffold/go-source.ts";

test("imports follow, in gofmt's order", () => {
  const source = `package main

import (
	"context"

	"example.com/templates/internal/extension"
	alias "example.com/templates/parameter-store/internal/configfile"
	"example.com/templates/parameter-store/internal/parameter"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// From example.com/templates, in words.
const path = "example.com/elsewhere"
`;
  expect(moveGoSource(source, { template: "parameter-store", module: "example.com/m" })).toBe(`package main

import (
	"context"

	alias "example.com/m/internal/configfile"
	"example.com/m/internal/extension"
	"example.com/m/internal/parameter"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// From example.com/templates, in words.
const path = "example.com/elsewhere"
`);
});
