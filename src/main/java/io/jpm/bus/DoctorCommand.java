package io.jpm.bus;

/// Asks whether all is as jpm needs it, on [Addresses#DOCTOR_COMMAND]. Answered with a
/// [DoctorReply].
public record DoctorCommand() implements BusMessage {}
