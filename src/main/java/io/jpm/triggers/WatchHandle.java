package io.jpm.triggers;

import java.util.concurrent.CompletionStage;

/// The active watch of one app, which begins with [FileWatcher#watch] and lasts until it is closed.
public sealed interface WatchHandle extends AutoCloseable permits AppWatch {
  /// Completes when the initial scan has finished. From then on, all changes are detected.
  CompletionStage<Void> ready();

  /// Closes the watch. Changes that have been detected but not reported yet are discarded.
  @Override
  void close();
}
