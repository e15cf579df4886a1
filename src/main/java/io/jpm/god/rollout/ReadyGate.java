package io.jpm.god.rollout;

/// Decides whether a candidate must listen on a port before it counts as ready. If nothing suggests
/// that it will listen, it counts as ready after it has run for a while.
///
/// @param certain whether the candidate is known to listen eventually
/// @param before whether the process to be replaced was seen to listen
/// @param siblings whether another process of the app was seen to listen
/// @param young whether the process to be replaced has been running for less than the readiness
///   timeout of a candidate. An older process that was never seen to listen may belong to an
///   instance that does not listen, whatever its siblings do.
record ReadyGate(boolean certain, boolean before, boolean siblings, boolean young) {
  boolean opensByListening() {
    return certain || before || (siblings && young);
  }
}
