/// Implements `jpm doctor`, which checks whether the system meets the requirements of jpm.
///
/// Start with [io.jpm.doctor.DoctorVerticle]: it collects facts from the system (through `os`),
/// from the files in the home and from the other verticles. `Doctor`, which consists of pure
/// functions, derives the findings and contains all their texts. Facts are collected only on
/// request, and nothing is changed.
///
/// The package depends on `model`, `config`, `os` and `bus`; only `daemon` depends on it.
@NullMarked
package io.jpm.doctor;

import org.jspecify.annotations.NullMarked;
