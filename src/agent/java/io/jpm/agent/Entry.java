package io.jpm.agent;

import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Map;

/// Puts everything in place before the app's main method.
public final class Entry {
  private Entry() {}

  /// Does nothing where the variables are there but the sockets are not: in a JVM that the app has
  /// started. An app in fork mode (`JPM_ALONE`) opens its ports itself, but for those that it
  /// inherits from the process whose place it takes.
  ///
  /// @throws Exception this JVM's insides are not as expected; the app is unchanged
  public static void enter(Instrumentation jvm) throws Exception {
    Map<String, String> environment = System.getenv();
    Descriptors descriptors = Descriptors.ofThisProcess();
    List<InheritedSocket> sockets = InheritedSocket.all(environment, descriptors);
    boolean told =
        !environment.getOrDefault("JPM_CHANNEL", "").isEmpty()
            && descriptors.isSocket(Channel.DESCRIPTOR);
    boolean alone = told && environment.containsKey("JPM_ALONE");
    if (sockets.isEmpty() && !alone) {
      return;
    }
    Jdk jdk = Jdk.open(jvm);
    Memory memory = Memory.open();
    Channel channel = new Channel(jdk, memory);
    Entrances entrances =
        new Entrances(
            jdk,
            channel,
            descriptors,
            told ? environment.getOrDefault("JPM_PROBED", "") : "",
            alone);
    Binding binding = new Binding(jdk, descriptors, sockets, entrances, alone);
    Draining draining = new Draining(jdk, memory, binding, entrances);
    Hooks hooks = Hooks.define(jdk.networking());
    hooks.connect(binding, draining, entrances);
    Rewriter.rewrite(jvm);
    binding.begin();
    if (!alone) {
      // In fork mode a program keeps its own transport.
      NativeTransports.replace(jvm, told ? entrances::replaced : () -> {});
    }
    if (told) {
      channel.listen(orders(draining, hooks, entrances, binding));
    }
  }

  private static Orders orders(
      Draining draining, Hooks hooks, Entrances entrances, Binding binding) {
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
            entrances::tell,
            Orders.SETTLED,
            binding::settled));
  }
}
