package io.jpm.agent;

import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Map;

/// Puts everything in place before the app's main method.
public final class Entry {
  private Entry() {}

  /// Does nothing where the variables are there but the sockets are not: in a JVM that the app has
  /// started.
  ///
  /// @throws Exception this JVM's insides are not as expected; the app is unchanged
  public static void enter(Instrumentation jvm) throws Exception {
    Map<String, String> environment = System.getenv();
    Descriptors descriptors = Descriptors.ofThisProcess();
    List<InheritedSocket> sockets = InheritedSocket.all(environment, descriptors);
    if (sockets.isEmpty()) {
      return;
    }
    Jdk jdk = Jdk.open(jvm);
    Memory memory = Memory.open();
    Channel channel = new Channel(jdk, memory);
    boolean told =
        !environment.getOrDefault("JPM_CHANNEL", "").isEmpty()
            && descriptors.isSocket(Channel.DESCRIPTOR);
    Entrances entrances =
        new Entrances(jdk, channel, told ? environment.getOrDefault("JPM_PROBED", "") : "");
    Binding binding = new Binding(jdk, descriptors, sockets, entrances);
    Draining draining = new Draining(jdk, memory, binding, entrances);
    Hooks hooks = Hooks.define(jdk.networking());
    hooks.connect(binding, draining, entrances);
    Rewriter.rewrite(jvm);
    binding.begin();
    NativeTransports.replace(jvm, told ? entrances::replaced : () -> {});
    if (told) {
      channel.listen(orders(draining, hooks, entrances));
    }
  }

  private static Orders orders(Draining draining, Hooks hooks, Entrances entrances) {
    Runnable drain =
        () -> {
          draining.begin();
          hooks.drain();
        };
    return new Orders(
        Map.of(
            Orders.DRAIN,
            drain,
            Orders.ACCEPT,
            () -> entrances.take(true),
            Orders.PAUSE,
            () -> entrances.take(false),
            Orders.SERVERS,
            entrances::tell));
  }
}
