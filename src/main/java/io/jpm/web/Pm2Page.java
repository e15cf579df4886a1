package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.model.access.Principal;
import io.jpm.wire.ConsoleChunk;
import io.jpm.wire.ConsoleRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Builds the response that PM2's HTTP interface sends for `/`: `{system_info, monit, processes}`.
/// The processes are those of `jpm jlist`, without the values of environment variables. PM2 itself
/// discloses these values, including passwords, to any client.
final class Pm2Page {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Vertx vertx;

  Pm2Page(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Returns the page with the apps that `authenticatedCaller` has access to.
  Future<JsonObject> of(AuthenticatedCaller authenticatedCaller) {
    return list()
        .compose(all -> {
          var own = new JsonArray();
          all.forEach(element -> {
            if (isFor(authenticatedCaller.principal(), element)) {
              own.add(element);
            }
          });
          return BlockingCalls.call(vertx, Pm2Page::machine)
              .map(json -> json.put("processes", own));
        });
  }

  private static boolean isFor(Principal who, Object element) {
    return element instanceof JsonObject json && who.canAccess(json.getString("name", ""));
  }

  /// Requests the list in PM2's format from the console, on behalf of the owner. The caller must
  /// filter the result.
  private Future<JsonArray> list() {
    var request =
        new ConsoleRequest(List.of("jlist"), "/", Map.of(), ConsoleRequest.Tty.NONE).toJson();
    return vertx
        .eventBus()
        .<JsonObject>request(
            Addresses.CONSOLE, request, AuthenticatedCaller.ITSELF.delivery(PATIENCE))
        .compose(first -> rest(first, new StringBuilder()));
  }

  private Future<JsonArray> rest(Message<JsonObject> message, StringBuilder text) {
    switch (ConsoleChunk.fromJson(message.body())) {
      case ConsoleChunk.Out(String more) -> text.append(more);
      case ConsoleChunk.Err _, ConsoleChunk.KeepAlive _, ConsoleChunk.Marked _ -> {
        // Not part of the list.
      }
      case ConsoleChunk.Code(int code) -> {
        return parsed(text.toString(), code);
      }
      case ConsoleChunk.FinalText(_, String more, int code) -> {
        return parsed(text + more, code);
      }
    }
    return message
        .<JsonObject>replyAndRequest(
            new JsonObject(), new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .compose(next -> rest(next, text));
  }

  private static Future<JsonArray> parsed(String text, int code) {
    if (code != 0) {
      return Future.failedFuture("the daemon could not list the apps");
    }
    try {
      return Future.succeededFuture(new JsonArray(text));
    } catch (DecodeException notAList) {
      return Future.failedFuture(notAList);
    }
  }

  /// Returns the properties of the machine that PM2 reports, with the names used in Node's `os`
  /// module.
  private static JsonObject machine() throws Exception {
    var loads = new JsonArray();
    for (String word : firstLine("/proc/loadavg").split(" ", 4)) {
      if (loads.size() < 3) {
        loads.add(Double.valueOf(word));
      }
    }
    var monit =
        new JsonObject()
            .put("loadavg", loads)
            .put("total_mem", memory("MemTotal:"))
            .put("free_mem", memory("MemAvailable:"))
            .put("cpu", processors())
            .put("interfaces", interfaces());
    return new JsonObject()
        .put(
            "system_info",
            new JsonObject()
                .put("hostname", firstLine("/proc/sys/kernel/hostname"))
                .put(
                    "uptime",
                    Double.valueOf(firstLine("/proc/uptime").split(" ", 2)[0]).longValue()))
        .put("monit", monit);
  }

  private static JsonArray processors() throws java.io.IOException {
    var all = new JsonArray();
    int count = ManagementFactory.getOperatingSystemMXBean().getAvailableProcessors();
    List<String> models =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .toList();
    for (int i = 0; i < count; i++) {
      all.add(new JsonObject().put("model", i < models.size() ? models.get(i) : ""));
    }
    return all;
  }

  private static JsonObject interfaces() throws SocketException {
    var all = new JsonObject();
    NetworkInterface.networkInterfaces()
        .forEach(card -> {
          var addresses = new JsonArray();
          card.inetAddresses()
              .forEach(address ->
                  addresses.add(
                      new JsonObject()
                          .put("address", address.getHostAddress())
                          .put("family", address instanceof java.net.Inet4Address ? "IPv4" : "IPv6")
                          .put("internal", address.isLoopbackAddress())));
          all.put(card.getName(), addresses);
        });
    return all;
  }

  private static long memory(String key) throws java.io.IOException {
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElse(0);
  }

  private static String firstLine(String file) throws java.io.IOException {
    return Files.readString(Path.of(file)).lines().findFirst().orElse("");
  }
}
