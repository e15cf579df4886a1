package io.jpm.god.instance;

/// What was heard of a process before God knew that it is there.
public interface EarlyReports {
  /// God knows the process from now on: what was heard is told, and what comes is told at once.
  void begin();
}
