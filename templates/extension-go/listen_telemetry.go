//go:build telemetry

package main

import "example.com/templates/internal/telemetry"

// listenTo is what the extension hears beside its own events: a build tag in lambda-ext.jsonc chooses.
const listenTo = telemetry.Telemetry
