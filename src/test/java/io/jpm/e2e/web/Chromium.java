package io.jpm.e2e.web;

import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A headless browser with one page, driven over the DevTools protocol. It records what the page
/// reports as a problem. Closing it ends all its processes.
final class Chromium implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/chromium");
  private static final Duration LONG = Duration.ofSeconds(60);

  /// Keys other than characters, with the key codes that pages receive.
  private static final Map<String, Integer> KEYS =
      Map.of(
          "Enter",
          13,
          "Escape",
          27,
          "Tab",
          9,
          "ArrowDown",
          40,
          "ArrowUp",
          38,
          "ArrowRight",
          39,
          "ArrowLeft",
          37,
          "End",
          35,
          "Home",
          36);

  private final Path profile;
  private final Process process;
  private final HttpClient http;
  private final WebSocket socket;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> waiting = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private String session = "";

  Chromium() throws IOException {
    profile = Files.createTempDirectory("jpm-chromium");
    ProcessBuilder builder =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("TMPDIR", profile.toString());
    process = builder.start();
    Path port = profile.resolve("DevToolsActivePort");
    Eventually.await("the browser listens", LONG, () -> lines(port).size() >= 2);
    List<String> door = lines(port);
    http = HttpClient.newHttpClient();
    socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:%s%s".formatted(door.get(0), door.get(1))),
                new Listener())
            .join();
    String target =
        call("Target.createTarget", new JsonObject().put("url", "about:blank"))
            .getString("targetId");
    session =
        call("Target.attachToTarget", new JsonObject().put("targetId", target).put("flatten", true))
            .getString("sessionId");
    for (String domain : List.of("Page", "Runtime", "Log", "Performance")) {
      call(domain + ".enable", new JsonObject());
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException beingWritten) {
      return List.of();
    }
  }

  /// Assembles messages from their parts.
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonObject message = new JsonObject(text.toString());
        text.setLength(0);
        onMessage(message);
      }
      from.request(1);
      return null;
    }
  }

  private void onMessage(JsonObject message) {
    Integer id = message.getInteger("id");
    if (id != null) {
      CompletableFuture<JsonObject> reply = waiting.remove(id);
      if (reply != null) {
        reply.complete(message);
      }
      return;
    }
    JsonObject params = message.getJsonObject("params", new JsonObject());
    switch (message.getString("method", "")) {
      case "Runtime.exceptionThrown" -> complaints.add("exception: " + params.encode());
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(params.getString("type"))) {
          complaints.add("console: " + params.getJsonArray("args").encode());
        }
      }
      case "Log.entryAdded" -> {
        JsonObject entry = params.getJsonObject("entry");
        if (!List.of("verbose", "info").contains(entry.getString("level"))) {
          complaints.add("log: " + entry.encode());
        }
      }
      default -> {
        // Other events report no problem.
      }
    }
  }

  /// Returns the errors, exceptions and reports of the content security policy so far.
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// Waits for an expected problem, and discards all that contain this part.
  void expectComplaint(String part) {
    Eventually.await(part, LONG, () -> complaints.removeIf(it -> it.contains(part)));
  }

  /// Sends one command of the protocol for the page, and returns its result.
  JsonObject call(String method, JsonObject params) {
    int id = number.incrementAndGet();
    var reply = new CompletableFuture<JsonObject>();
    waiting.put(id, reply);
    var message = new JsonObject().put("id", id).put("method", method).put("params", params);
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    socket.sendText(message.encode(), true).join();
    JsonObject answer =
        reply.orTimeout(TestDeadline.scaledSeconds(LONG.toSeconds()), TimeUnit.SECONDS).join();
    if (answer.containsKey("error")) {
      throw new AssertionError(method + ": " + answer.getJsonObject("error").encode());
    }
    return answer.getJsonObject("result");
  }

  /// Returns the value of an expression in the page. If the value is a promise, waits for its
  /// result.
  Object eval(String expression) {
    JsonObject result =
        call(
            "Runtime.evaluate",
            new JsonObject()
                .put("expression", expression)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    if (result.containsKey("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.getJsonObject("exceptionDetails"));
    }
    return result.getJsonObject("result").getValue("value");
  }

  String text(String selector) {
    return String.valueOf(
        eval("document.querySelector(%s)?.textContent ?? ''".formatted(quoted(selector))));
  }

  /// Waits until an expression is true in the page.
  void await(String what, String expression) {
    Eventually.await(
        what,
        LONG,
        () -> isTrue(expression),
        () -> eval("document.body.innerText.slice(0, 3000)") + "\n" + complaints);
  }

  /// Reports whether an expression is true. It is not true while an element in it is missing or the
  /// page is changing.
  private boolean isTrue(String expression) {
    try {
      return Boolean.TRUE.equals(eval("Boolean(" + expression + ")"));
    } catch (AssertionError notYet) {
      return false;
    }
  }

  void go(String url) {
    call("Page.navigate", new JsonObject().put("url", url));
  }

  /// Clicks the center of an element, as soon as the element is visible and enabled.
  void click(String selector) {
    String found = "document.querySelector(%s)".formatted(quoted(selector));
    await(
        selector + " is visible",
        "(e => e && !e.disabled && e.getClientRects().length > 0)(%s)".formatted(found));
    eval(found + ".scrollIntoView({block: 'nearest'})");
    var place =
        new JsonArray(
            String.valueOf(
                eval(
                    "JSON.stringify((r => [r.x + r.width / 2, r.y + r.height / 2])(%s.getBoundingClientRect()))"
                        .formatted(found))));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          new JsonObject()
              .put("type", type)
              .put("x", place.getValue(0))
              .put("y", place.getValue(1))
              .put("button", "left")
              .put("clickCount", 1));
    }
  }

  /// Presses a key: one of [#KEYS], or a character.
  void key(String key) {
    String text = key.equals("Enter") ? "\r" : key.length() == 1 ? key : "";
    var event =
        new JsonObject()
            .put("key", key)
            .put(
                "windowsVirtualKeyCode",
                KEYS.getOrDefault(key, (int) Character.toUpperCase(key.charAt(0))));
    if (key.length() > 1) {
      event.put("code", key);
    }
    var down = event.copy().put("type", text.isEmpty() ? "rawKeyDown" : "keyDown");
    if (!text.isEmpty()) {
      down.put("text", text);
    }
    call("Input.dispatchKeyEvent", down);
    call("Input.dispatchKeyEvent", event.copy().put("type", "keyUp"));
  }

  /// Types text into the element that has the focus.
  void type(String text) {
    call("Input.insertText", new JsonObject().put("text", text));
  }

  /// Waits until the element with the focus matches. To be called before a key is pressed that is
  /// meant for it.
  void awaitFocus(String selector) {
    await(
        selector + " has the focus",
        "document.activeElement.matches(%s)".formatted(quoted(selector)));
  }

  void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 600));
  }

  /// Emulates a system with the color scheme `light` or `dark`.
  void emulateColorScheme(String scheme) {
    call(
        "Emulation.setEmulatedMedia",
        new JsonObject()
            .put(
                "features",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("name", "prefers-color-scheme")
                            .put("value", scheme))));
  }

  void takeScreenshot(Path file) throws IOException {
    String data =
        call("Page.captureScreenshot", new JsonObject().put("format", "png")).getString("data");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(data));
  }

  /// Returns the bytes of the JavaScript heap after a garbage collection.
  long heap() {
    call("HeapProfiler.collectGarbage", new JsonObject());
    return call("Performance.getMetrics", new JsonObject()).getJsonArray("metrics").stream()
        .map(JsonObject.class::cast)
        .filter(metric -> metric.getString("name").equals("JSHeapUsedSize"))
        .mapToLong(metric -> metric.getLong("value"))
        .findFirst()
        .orElseThrow();
  }

  static String quoted(String text) {
    return new JsonArray().add(text).encode().replaceAll("^\\[|\\]$", "");
  }

  @Override
  public void close() throws IOException {
    socket.abort();
    http.shutdownNow();
    List<ProcessHandle> tree =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    tree.forEach(ProcessHandle::destroyForcibly);
    Eventually.await(
        "the browser has ended",
        LONG,
        () -> tree.stream().noneMatch(ProcessHandle::isAlive) && killOrphans().isEmpty());
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  /// Kills the processes of the browser that are no longer its descendants, and returns them.
  private List<ProcessHandle> killOrphans() {
    List<ProcessHandle> left = ProcessHandle.allProcesses().filter(this::isOurs).toList();
    left.forEach(ProcessHandle::destroyForcibly);
    return left;
  }

  private boolean isOurs(ProcessHandle other) {
    try {
      return Files.readString(
              Path.of("/proc", Long.toString(other.pid()), "cmdline"), StandardCharsets.ISO_8859_1)
          .contains("--user-data-dir=" + profile);
    } catch (IOException gone) {
      return false;
    }
  }
}
