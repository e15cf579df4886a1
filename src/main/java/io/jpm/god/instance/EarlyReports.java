package io.jpm.god.instance;

/// Holds the reports about a process that arrive before God knows the process.
public interface EarlyReports {
  /// Delivers the held reports, and all later reports immediately. Called as soon as God knows the
  /// process.
  void begin();
}
