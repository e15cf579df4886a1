package io.jpm.os;

import io.jpm.model.Exit;

/// Who wants to know of a child's end. Called on a thread of the host.
public interface ChildWatcher {
  /// The main process has ended; called once.
  void exited(Exit exit);

  /// The process has sent a message over its channel.
  ///
  /// @param json one JSON value, as `process.send` of Node writes it; not checked
  default void message(String json) {
    // For those who gave no channel.
  }

  /// Nothing of the tree is left that we may end; called once, only after [Child#signalTree] was
  /// called, and after [#exited] (which a child of [ProcessHost#adoptLeftovers] never gets).
  void treeGone();
}
