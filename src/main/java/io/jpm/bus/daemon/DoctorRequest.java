package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// Requests a diagnosis of the daemon and its system, on [io.jpm.bus.Addresses#DOCTOR_COMMAND].
/// Answered with a [DoctorReply].
public record DoctorRequest() implements BusMessage {}
