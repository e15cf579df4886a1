package io.jpm.triggers;

import java.util.concurrent.CompletionStage;

/// A handle for the watch of one app, which [FileWatcher#watch] starts and [#close] ends.
public sealed interface WatchHandle extends AutoCloseable permits AppWatch {
  /// Completes when the initial scan has finished. From then on, all changes are detected.
  CompletionStage<Void> ready();

  /// Closes the watch. Changes that have been detected but not reported yet are discarded.
  @Override
  void close();
}
