package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.balancer.node.NodeMessage.Wanted;
import io.jpm.model.AppSpec;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// The names of the sockets that Node's workers share; a new daemon finds them by these.
final class SocketNames {
  static final String PREFIX = "node ";

  private SocketNames() {}

  /// All apps that ask for the same address and port share it, as with PM2, if they run as the same
  /// user: what one user's processes serve is not given to another's. A port that the system
  /// chooses is the app's own; its further ones are told apart by the order in which each worker
  /// asks for them.
  static String of(AppSpec spec, Query query) {
    Wanted wanted = query.wanted();
    if (wanted.path().isPresent()) {
      return PREFIX + all(spec) + " unix:" + escaped(wanted.path().get());
    }
    String place = wanted.address().orElse("*") + ":" + wanted.port() + ":" + wanted.type();
    String v6only = (wanted.flags() & 1) != 0 ? ":v6only" : "";
    if (wanted.port() == 0) {
      return PREFIX + spec.name() + " " + place + v6only + ":" + query.index();
    }
    return PREFIX + all(spec) + " " + place + v6only;
  }

  /// Without spaces, colons and ends of lines.
  private static String escaped(String path) {
    return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("%2F", "/");
  }

  private static String all(AppSpec spec) {
    return spec.runAs().user().map(user -> "*@" + user).orElse("*");
  }

  /// Whether two apps share what they ask for.
  static boolean areOneUsers(AppSpec one, AppSpec other) {
    return all(one).equals(all(other));
  }

  /// Whether it is one of datagrams, which the kernel does not show by process.
  static boolean isUdp(String key) {
    return key.contains(":udp");
  }

  /// Whether `app` may have asked for it.
  static boolean mayBeOf(String key, AppSpec spec) {
    // Names may have spaces, places have none.
    String owner = key.substring(0, Math.max(0, key.lastIndexOf(' ')));
    return owner.equals(PREFIX + spec.name()) || owner.equals(PREFIX + all(spec));
  }
}
