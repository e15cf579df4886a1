package io.jpm.bridge;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/// Wraps a `Vertx` instance to observe each connection of its servers before anything is read from
/// the connection. The Vert.x bridge creates its server internally and exposes a connection only
/// after it has parsed the first frame.
final class ObservedServers {
  private ObservedServers() {}

  /// Returns a wrapper of `vertx` that reports the connections of its servers.
  ///
  /// @param watcher called for each connection, after the server's own handler
  static Vertx of(Vertx vertx, Handler<NetSocket> watcher) {
    return proxy(
        Vertx.class,
        (method, arguments) -> {
          Object result = invoke(method, vertx, arguments);
          return result instanceof NetServer server ? watched(server, watcher) : result;
        });
  }

  private static NetServer watched(NetServer server, Handler<NetSocket> watcher) {
    return proxy(
        NetServer.class,
        (method, arguments) -> {
          boolean sets = method.getName().equals("connectHandler") && arguments.length == 1;
          Object[] changed = sets ? new Object[] {both(arguments[0], watcher)} : arguments;
          return invoke(method, server, changed);
        });
  }

  private static Handler<NetSocket> both(Object handler, Handler<NetSocket> watcher) {
    @SuppressWarnings("unchecked") // connectHandler takes nothing else
    var first = (Handler<NetSocket>) handler;
    return socket -> {
      first.handle(socket);
      watcher.handle(socket);
    };
  }

  /// The behavior of a proxy.
  private interface Call {
    @Nullable Object of(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            ObservedServers.class.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) ->
                call.of(method, arguments == null ? new Object[0] : arguments)));
  }

  private static @Nullable Object invoke(Method method, Object on, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException failure) {
      throw failure.getTargetException();
    }
  }
}
