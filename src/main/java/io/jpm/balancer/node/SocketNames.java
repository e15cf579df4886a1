package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.ListenTarget;
import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.model.AppSpec;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Builds and parses the keys of the sockets that Node workers share. A new daemon finds the
/// sockets by them.
final class SocketNames {
  static final String PREFIX = "node ";

  private SocketNames() {}

  /// Returns the key of a requested socket. As in PM2, all apps that request the same address and
  /// port share a socket, but only if they run as the same user: connections to the processes of
  /// one user must not reach those of another. A port that the system chooses belongs to one app.
  /// Several such ports are distinguished by the order in which each worker requests them.
  static String of(AppSpec spec, Query query) {
    ListenTarget listenTarget = query.target();
    if (listenTarget.path().isPresent()) {
      return PREFIX + all(spec) + " unix:" + escaped(listenTarget.path().get());
    }
    String place =
        listenTarget.address().orElse("*") + ":" + listenTarget.port() + ":" + listenTarget.type();
    String v6only = (listenTarget.flags() & 1) != 0 ? ":v6only" : "";
    if (listenTarget.port() == 0) {
      return PREFIX + spec.name() + " " + place + v6only + ":" + query.index();
    }
    return PREFIX + all(spec) + " " + place + v6only;
  }

  /// Encodes spaces, colons and line ends.
  private static String escaped(String path) {
    return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("%2F", "/");
  }

  private static String all(AppSpec spec) {
    return spec.runAs().user().map(user -> "*@" + user).orElse("*");
  }

  /// Reports whether two apps share the sockets that they request.
  static boolean areOneUsers(AppSpec one, AppSpec other) {
    return all(one).equals(all(other));
  }

  /// Reports whether it is the key of a UDP socket, which the kernel does not show by process.
  static boolean isUdp(String key) {
    return key.contains(":udp");
  }

  /// Reports whether the app of `spec` may have requested the socket.
  static boolean mayBeOf(String key, AppSpec spec) {
    // Names may contain spaces, addresses do not.
    String owner = key.substring(0, Math.max(0, key.lastIndexOf(' ')));
    return owner.equals(PREFIX + spec.name()) || owner.equals(PREFIX + all(spec));
  }
}
