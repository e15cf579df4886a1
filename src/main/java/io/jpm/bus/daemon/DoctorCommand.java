package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// Asks whether all is as jpm needs it, on [io.jpm.bus.Addresses#DOCTOR_COMMAND]. Answered with a
/// [DoctorReply].
public record DoctorCommand() implements BusMessage {}
