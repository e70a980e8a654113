package io.holdfast.examples;

import io.holdfast.core.HaCluster;
import io.holdfast.integrations.loadbalance.spring.HoldfastBalancing;
import io.holdfast.integrations.loadbalance.spring.HoldfastServices;
import io.holdfast.integrations.loadbalance.spring.RequestRouting;
import io.holdfast.integrations.loadbalance.spring.RoutingHeadersTransformer;
import io.holdfast.loadbalance.LoadBalancing;
import io.holdfast.loadbalance.ReadSession;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestTemplate;

/** A Spring application whose {@code RestTemplate} writes to the master of three nodes and reads from slaves. */
public final class RoutedSpringExample {
    private RoutedSpringExample() {}

    /** What a service writes that calls another one by its name. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @LoadBalancerClients(defaultConfiguration = HoldfastBalancing.class)
    static class Application {
        @Bean
        HoldfastServices services(HaCluster cluster) {
            return name -> LoadBalancing.service(cluster, name);
        }

        @Bean
        RequestRouting routing() {
            ReadSession session = ReadSession.begin(); // one user's, for this example
            RequestRouting byMethod = RequestRouting.byMethod();
            return (calls, request) -> byMethod.route(calls.session(session).maxLag(Duration.ofSeconds(1)), request);
        }

        @Bean
        RoutingHeadersTransformer routingHeaders() {
            return new RoutingHeadersTransformer();
        }

        @Bean
        @LoadBalanced
        RestTemplate rest() {
            return new RestTemplate();
        }
    }

    /** Runs it once. */
    public static void main(String[] args) throws IOException {
        run(Files.createTempDirectory("holdfast-spring-"), System.out);
    }

    /** Writes, reads, ends the master, and writes again. */
    static void run(Path directory, PrintStream out) throws IOException {
        try (RoutedServiceExample nodes = RoutedServiceExample.start(directory)) {
            String master = nodes.cluster(1).master().orElseThrow().nodeId();
            int dead = Integer.parseInt(master.substring(master.indexOf('-') + 1));
            HaCluster own = nodes.cluster(dead == 1 ? 2 : 1); // the application is on that node, and goes on
            try (ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties(
                            "spring.main.banner-mode=off",
                            "logging.level.root=warn",
                            "spring.cloud.loadbalancer.retry.retry-on-all-operations=true", // its writes do no harm
                            // twice
                            "spring.cloud.loadbalancer.retry.max-retries-on-next-service-instance=3",
                            "spring.cloud.loadbalancer.retry.retryable-status-codes=421")
                    .initializers(context -> ((GenericApplicationContext) context)
                            .registerBean(HaCluster.class, () -> own, bean -> bean.setDestroyMethodName("")))
                    .run()) {
                RestTemplate rest = application.getBean(RestTemplate.class);
                rest.put("http://http/here/orders/17", "three apples"); // the service is called "http"
                ResponseEntity<String> read = rest.getForEntity("http://http/here/orders/17", String.class);
                out.println("read: " + read.getBody());
                out.println(
                        "read from a slave: " + !master.equals(read.getHeaders().getFirst("Served-By")));
                nodes.die(dead);
                rest.put("http://http/here/orders/18", "four pears");
                out.println("the master is dead; another has written: "
                        + rest.getForObject("http://http/here/orders/18", String.class));
            }
        }
    }
}
