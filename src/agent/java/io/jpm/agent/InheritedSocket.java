package io.jpm.agent;

import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// A socket that all processes of the app share.
///
/// @param ipv6 its family
/// @param number its descriptor in this process
record InheritedSocket(boolean ipv6, int number) {
  /// Its family, as `Net.bind` wants it.
  ProtocolFamily family() {
    return ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }

  /// Those that the variables name and that are really there. `JPM_SOCKETS` has their descriptors,
  /// `v6:5,6;v4:7,8`, and `JPM_SOCKET_INODES` in the same order their numbers in the kernel, so
  /// that nothing else is ever taken for one of them.
  static List<InheritedSocket> all(Map<String, String> environment, Descriptors descriptors) {
    List<InheritedSocket> sockets = new ArrayList<>();
    Iterator<String> inodes =
        List.of(environment.getOrDefault("JPM_SOCKET_INODES", "").split(",", -1)).iterator();
    for (String family : environment.getOrDefault("JPM_SOCKETS", "").split(";", -1)) {
      boolean ipv6 = family.startsWith("v6:");
      if (!ipv6 && !family.startsWith("v4:")) {
        continue;
      }
      for (String number : family.substring(3).split(",", -1)) {
        InheritedSocket socket = new InheritedSocket(ipv6, Integer.parseInt(number));
        if (inodes.hasNext() && descriptors.isSocket(socket.number, inodes.next())) {
          sockets.add(socket);
        }
      }
    }
    return List.copyOf(sockets);
  }
}
