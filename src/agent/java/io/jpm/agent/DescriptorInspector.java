package io.jpm.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Determines the sockets to which the descriptors of this process refer.
///
/// @param folder the directory that lists the descriptors, `/proc/self/fd`
record DescriptorInspector(Path folder) {
  static DescriptorInspector ofThisProcess() {
    return new DescriptorInspector(Path.of("/proc/self/fd"));
  }

  /// Reports whether the descriptor is an open socket.
  boolean isSocket(int number) {
    return target(number).startsWith("socket:[");
  }

  /// Reports whether the descriptor is the open socket with this inode.
  boolean isSocket(int number, String inode) {
    return target(number).equals("socket:[" + inode + "]");
  }

  /// Reports whether both descriptors are open and refer to the same socket.
  boolean same(int one, int other) {
    return isSocket(one) && target(one).equals(target(other));
  }

  /// Returns the inode of the socket; empty if the descriptor is not a socket.
  String inode(int number) {
    String target = target(number);
    return target.startsWith("socket:[")
        ? target.substring("socket:[".length(), target.length() - 1)
        : "";
  }

  private String target(int number) {
    try {
      return Files.readSymbolicLink(folder.resolve(Integer.toString(number))).toString();
    } catch (IOException notOpen) {
      return "";
    }
  }
}
