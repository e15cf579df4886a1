package io.jpm.os;

/// An accepted connection that nobody serves yet: it is given to a process, or closed.
public interface Connection extends Handle {
  /// Closes the daemon's own hold: after it was given away, or because nobody takes it.
  void close();
}
