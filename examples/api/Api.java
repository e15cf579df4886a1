import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * A small HTTP service in one source file, for Java 17 and later:
 * {@code PORT=8080 java Api.java}.
 *
 * <p>{@code /} returns information about the process, {@code /count/WORD} counts, {@code /healthz}
 * returns its health.
 */
public class Api {

    private static final Instant STARTED = Instant.now();
    private static final LongAdder SERVED = new LongAdder();
    private static final Map<String, LongAdder> COUNTS = new ConcurrentHashMap<>();

    public static void main(String[] args) {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(port), 0);
        } catch (IOException problem) {
            System.err.println("cannot listen on port " + port + ": " + problem.getMessage());
            System.exit(1);
            return;
        }
        server.createContext("/", Api::handle);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        // The JVM runs this on SIGINT and SIGTERM.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            System.out.println("stopping after " + SERVED.sum() + " requests");
            server.stop(0);
        }));
        System.out.println("api listening on port " + port + ", pid " + ProcessHandle.current().pid()
                + ", Java " + Runtime.version().feature());
    }

    private static void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            SERVED.increment();
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/")) {
                long uptime = Duration.between(STARTED, Instant.now()).toMillis();
                answer(exchange, 200, "{\"app\":\"api\",\"pid\":%d,\"uptime\":%d.%03d,\"served\":%d}"
                        .formatted(ProcessHandle.current().pid(), uptime / 1000, uptime % 1000, SERVED.sum()));
            } else if (path.equals("/healthz")) {
                answer(exchange, 200, "{\"status\":\"ok\"}");
            } else if (path.matches("/count/\\w{1,32}")) {
                String word = path.substring("/count/".length());
                LongAdder count = COUNTS.computeIfAbsent(word, any -> new LongAdder());
                count.increment();
                answer(exchange, 200, "{\"word\":\"%s\",\"count\":%d}".formatted(word, count.sum()));
            } else {
                answer(exchange, 404, "{\"error\":\"not found\"}");
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = (json + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
        String line = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath() + " " + status;
        (status < 400 ? System.out : System.err).println(line);
    }
}
