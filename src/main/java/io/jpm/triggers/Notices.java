package io.jpm.triggers;

import java.nio.file.Path;

/// Whom the watched paths of one app tell what they have noticed.
interface Notices {
  /// Something is different for certain.
  ///
  /// @param what the path as people shall read it
  void changed(String what);

  /// The watched file may be different; ask it when things are quiet.
  void maybeChanged();

  /// Something cannot be watched as it should.
  ///
  /// @param kind what is told once only
  void trouble(String kind, String sentence);

  /// Listens to a directory as well as the kernel lets; where it does not, somebody looks there
  /// from time to time.
  void listen(Path directory, DirectoryEvents.Listener listener);

  /// The end of [#listen].
  void forget(Path directory, DirectoryEvents.Listener listener);
}
