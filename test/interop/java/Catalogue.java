import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every client of these tests sends (../README.md), and how it tells the harness what it sent. */
final class Catalogue {
  static final String UNICODE = "Grüße, 世界 🚀";
  static final String ERROR_MESSAGE = "card refused: ✗";
  static final String EVENT = "cache miss";
  static final String BARE_EVENT = "retry";
  static final String LINK_TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
  static final String LINK_SPAN_ID = "b7ad6b7169203331";
  static final String[] KINDS = {"internal", "server", "client", "producer", "consumer"};
  static final long BEYOND_DOUBLE = (1L << 53) + 1;

  private static final List<String> SPANS = new ArrayList<>();

  /** Text, bool, int64 and double: what Zipkin writes as text. */
  static Map<String, Object> scalars() {
    Map<String, Object> scalars = new LinkedHashMap<>();
    scalars.put("text", "plain");
    scalars.put("text.unicode", UNICODE);
    scalars.put("text.empty", "");
    scalars.put("flag.true", true);
    scalars.put("flag.false", false);
    scalars.put("int", 42L);
    scalars.put("int.beyond_double", BEYOND_DOUBLE);
    scalars.put("int.min", Long.MIN_VALUE);
    scalars.put("int.max", Long.MAX_VALUE);
    scalars.put("double", 0.1);
    scalars.put("double.largest", Double.MAX_VALUE);
    return scalars;
  }

  static String env(String name) {
    return System.getenv("INTEROP_" + name);
  }

  /** Ids in hex; the parent is empty for a root. Times are what the client puts on the wire. */
  static void sent(String name, String traceId, String spanId, String parentId, long startNs, long endNs) {
    String padded = "0".repeat(32 - traceId.length()) + traceId;
    SPANS.add(
        "{\"name\":\"%s\",\"traceId\":\"%s\",\"spanId\":\"%s\",\"parentSpanId\":\"%s\",\"startNs\":\"%d\",\"endNs\":\"%d\"}"
            .formatted(name, padded, spanId, parentId, startNs, endNs));
  }

  /** The last line of the standard output. */
  static void tell() {
    byte[] line = ("{\"spans\":[" + String.join(",", SPANS) + "]}\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    System.out.write(line, 0, line.length);
    System.out.flush();
  }

  private Catalogue() {}
}
