package io.jpm.triggers;

import java.util.concurrent.CompletionStage;

/// The running watch of one app, from [FileWatcher#watch] until it is closed.
public sealed interface WatchHandle extends AutoCloseable permits AppWatch {
  /// Completes when the initial scan is done: all later changes are detected.
  CompletionStage<Void> ready();

  /// Ends the watch. Changes that were detected but not reported yet are discarded.
  @Override
  void close();
}
