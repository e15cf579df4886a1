/// Checks the conditions that jpm needs: `jpm doctor`.
///
/// Start with [io.jpm.doctor.DoctorVerticle]: it collects facts from the system (through `os`),
/// from the home's files and from the other verticles. `Doctor`, a pure function, derives the
/// findings and contains all their texts. The facts are collected only on request, and nothing is
/// changed.
///
/// The package depends on `model`, `config`, `os` and `bus`; only `daemon` depends on it.
@NullMarked
package io.jpm.doctor;

import org.jspecify.annotations.NullMarked;
