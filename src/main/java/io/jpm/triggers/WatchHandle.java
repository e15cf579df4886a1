package io.jpm.triggers;

import java.util.concurrent.CompletionStage;

/// The watch of one app, from [FileWatch#begin] until closed.
public sealed interface WatchHandle extends AutoCloseable permits AppWatch {
  /// Done when what is there is known: any change after that is noticed.
  CompletionStage<Void> begun();

  /// No more news, also of changes that have been noticed already.
  @Override
  void close();
}
