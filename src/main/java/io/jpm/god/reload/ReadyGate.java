package io.jpm.god.reload;

/// What tells whether a process that is to take another one's place is ready only when it listens.
/// Where nothing does so it is ready when it has run for a while.
///
/// @param certain whether it is certain to come to listen
/// @param before whether the process whose place it takes was seen to listen
/// @param siblings whether another process of the app was
/// @param young whether the process whose place it takes has not had the time yet that a new one is
///   given: an older one that was never seen to listen may be of an instance that does not,
///   whatever its siblings do
record ReadyGate(boolean certain, boolean before, boolean siblings, boolean young) {
  boolean opensByListening() {
    return certain || before || (siblings && young);
  }
}
