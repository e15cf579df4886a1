package io.jpm.god.instance;

/// Buffers reports about a new process that arrive before God has recorded the process.
public interface EarlyReports {
  /// Delivers the buffered reports. Later reports are delivered immediately. Must be called as soon
  /// as God has recorded the process.
  void begin();
}
