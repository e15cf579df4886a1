package io.jpm.god.rollout;

/// Decides whether a candidate is ready only when it listens. If there is no evidence that it will
/// listen, it is ready after it has run for a while.
///
/// @param certain whether the candidate is certain to listen
/// @param before whether the process that it replaces was seen to listen
/// @param siblings whether another process of the app was seen to listen
/// @param young whether the process that it replaces has run for less time than a candidate has to
///   become ready. An older process that was never seen to listen may belong to an instance that
///   does not listen, regardless of its siblings
record ReadyGate(boolean certain, boolean before, boolean siblings, boolean young) {
  boolean opensByListening() {
    return certain || before || (siblings && young);
  }
}
