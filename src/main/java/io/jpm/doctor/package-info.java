/// Whether all is as jpm needs it: `jpm doctor`.
///
/// Start with [io.jpm.doctor.DoctorVerticle]: it gathers facts, from the system by `os`, from the
/// home's files and from the other verticles, and has `Doctor` judge them, which is a pure function
/// with all the sentences. It looks only when it is asked and changes nothing.
///
/// The room knows `model`, `config`, `os` and `bus`; only `daemon` knows it.
@NullMarked
package io.jpm.doctor;

import org.jspecify.annotations.NullMarked;
