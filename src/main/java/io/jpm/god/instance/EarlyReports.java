package io.jpm.god.instance;

/// Buffers the reports about a process that arrive before God knows the process.
public interface EarlyReports {
  /// Delivers the buffered reports. Later reports are delivered immediately. Must be called as soon
  /// as God knows the process.
  void begin();
}
