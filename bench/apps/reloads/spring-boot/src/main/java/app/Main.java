package app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Main {
  private static final int STATUS = "1".equals(System.getenv("UNREADY")) ? 503 : 200;

  public static void main(String[] args) {
    SpringApplication.run(Main.class, args);
  }

  @GetMapping({"/", "/ready"})
  public ResponseEntity<String> answer() {
    return ResponseEntity.status(STATUS).body(ProcessHandle.current().pid() + "\n");
  }
}
