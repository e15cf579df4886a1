package io.jpm.agent;

import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Map;

/// Installs the hooks of the agent before the app's main method runs.
public final class Entry {
  private Entry() {}

  /// Does nothing if the variables exist but the sockets do not: then the app has started this JVM.
  /// A process in fork mode (`JPM_ALONE`) opens its ports itself, except for those that it inherits
  /// from the process that it replaces.
  ///
  /// @throws Exception the internals of this JVM are not as expected; the app is unchanged
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
      // In fork mode a program keeps its native transport.
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
