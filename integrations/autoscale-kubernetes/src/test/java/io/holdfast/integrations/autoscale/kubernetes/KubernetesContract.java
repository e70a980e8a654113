package io.holdfast.integrations.autoscale.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTargetContract;
import io.holdfast.autoscale.ScalingTargetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is the same for every kind of workload. */
abstract class KubernetesContract extends ScalingTargetContract {
    private final WorkloadKind kind;

    KubernetesMockServer server;
    KubernetesClient client;
    Controllers controllers;

    KubernetesContract(WorkloadKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void create() {
        Map<ServerRequest, Queue<ServerResponse>> expectations = new HashMap<>();
        server = new KubernetesMockServer(
                new Context(), new MockWebServer(), expectations, new KubernetesMixedDispatcher(expectations), false);
        server.init();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl(server.url("/"))
                        .withRequestRetryBackoffLimit(0)
                        .withHttp2Disable(true)
                        .build())
                .build();
        controllers = new Controllers(client, kind);
        controllers.create(0);
    }

    @AfterEach
    void close() {
        client.close();
        server.destroy();
    }

    KubernetesTarget target() {
        return kind == WorkloadKind.STATEFUL_SET
                ? KubernetesTarget.statefulSet(Controllers.NAMESPACE, Controllers.NAME)
                : KubernetesTarget.deployment(Controllers.NAMESPACE, Controllers.NAME);
    }

    @Override
    protected KubernetesTarget open() {
        return target().client(client).acting();
    }

    @Override
    protected KubernetesTarget openFailing() {
        answer("/scale", 403, 1);
        return open();
    }

    @Override
    protected void settle() {
        controllers.work();
    }

    String path() {
        return "/apis/apps/v1/namespaces/shop/" + kind.plural() + "/orders";
    }

    void answer(String subresource, int code, int times) {
        server.expect()
                .patch()
                .withPath(path() + subresource)
                .andReturn(
                        code,
                        new StatusBuilder()
                                .withCode(code)
                                .withMessage("no, and " + code)
                                .build())
                .times(times);
    }

    private ScalingTargetException startFails() {
        KubernetesTarget target = open();
        return assertThrows(ScalingTargetException.class, () -> target.start(startOrder(target, "a-1", 7, 1, 1)));
    }

    @Test
    void byDefaultItOnlyRecommends() throws Exception {
        KubernetesTarget target = target().client(client);
        assertTrue(target.capabilities().recommendOnly());
        assertFalse(open().capabilities().recommendOnly());
        for (ScalingTargetException refused : List.of(
                assertThrows(ScalingTargetException.class, () -> target.start(startOrder(target, "a-1", 7, 1, 1))),
                assertThrows(ScalingTargetException.class, () -> target.stop(stopOrder("a-1", 7, "orders-0", 0))))) {
            assertTrue(refused.isLasting());
            assertTrue(refused.getMessage().contains("acting()"), refused.getMessage());
        }
        assertEquals(0, controllers.replicas());
        assertEquals(List.of(), target.instances());
    }

    @Test
    void anAutoscalerOfTheSameWorkloadIsNotFoughtWith() throws Exception {
        createAutoscaler("another", "payments");
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 1, 1));
        createAutoscaler("greedy", "orders");
        ScalingTargetException refused =
                assertThrows(ScalingTargetException.class, () -> target.start(startOrder(target, "a-2", 7, 2, 1)));
        assertTrue(refused.isLasting());
        assertTrue(refused.getMessage().contains("HorizontalPodAutoscaler greedy "), refused.getMessage());
        assertEquals(1, controllers.replicas());
    }

    private void createAutoscaler(String name, String target) {
        client.resource(new HorizontalPodAutoscalerBuilder()
                        .withNewMetadata()
                        .withNamespace(Controllers.NAMESPACE)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNewScaleTargetRef("apps/v1", kind.kind(), target)
                        .withMaxReplicas(9)
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    void whoElseScalesIsTold() throws Exception {
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 2, 2));
        awaitRunning(target, 2);
        controllers.setReplicas(5);
        List<Instance> five = awaitRunning(target, 5);
        String highest = five.get(4).node();
        for (ScalingTargetException refused : List.of(
                assertThrows(ScalingTargetException.class, () -> target.start(startOrder(target, "a-2", 7, 6, 1))),
                assertThrows(ScalingTargetException.class, () -> target.stop(stopOrder("a-2", 7, highest, 4))))) {
            assertTrue(refused.isLasting());
            assertTrue(refused.getMessage().contains("somebody else owns its replicas"), refused.getMessage());
            assertTrue(refused.getMessage().contains("they are 5, and a-1 left 2"), refused.getMessage());
        }
        assertEquals(5, controllers.replicas());
        controllers.setAnnotation(null); // as the message says
        target.start(startOrder(target, "a-3", 7, 6, 1));
        assertEquals(6, controllers.replicas());
    }

    @Test
    void backToWhereTheLastOrderBeganIsSomebodyElseToo() throws Exception {
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 2, 2));
        controllers.setReplicas(0);
        ScalingTargetException refused =
                assertThrows(ScalingTargetException.class, () -> target.start(startOrder(target, "a-2", 7, 3, 1)));
        assertTrue(refused.getMessage().contains("they are 0, and a-1 left 2"), refused.getMessage());
    }

    @Test
    void anOrderThatWasGivenUpHalfWayIsGoneOnWith() throws Exception {
        controllers.setAnnotation(new LastOrder(7, 0, 2, "a-1").toString());
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 2, 2));
        assertEquals("v1 token=7 from=2 to=2 action=a-1", controllers.annotation());
        awaitRunning(target, 2);
    }

    @Test
    void anAnnotationOfALaterReleaseIsLeftAlone() {
        controllers.setAnnotation("v2 whatever");
        ScalingTargetException refused = startFails();
        assertTrue(refused.isLasting());
        assertTrue(refused.getMessage().contains("use the release that wrote it"), refused.getMessage());
        assertEquals("v2 whatever", controllers.annotation());
    }

    @Test
    void aChangeThatIsOvertakenLooksAgain() throws Exception {
        answer("", 409, 3);
        answer("/scale", 409, 2);
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 1, 1));
        assertEquals(1, controllers.replicas());
        assertEquals("v1 token=7 from=1 to=1 action=a-1", controllers.annotation());
    }

    @Test
    void aChangeThatIsAlwaysOvertakenIsGivenUp() {
        answer("", 409, 10);
        ScalingTargetException failed = startFails();
        assertFalse(failed.isLasting());
        assertTrue(failed.getMessage().contains("changed by somebody else 10 times"), failed.getMessage());
        assertEquals(0, controllers.replicas());
    }

    @Test
    void whatIsNotAllowedIsSaidWithTheRuleThatIsMissing() {
        answer("", 403, 1);
        forbidden(startFails(), "{apiGroups: [\"apps\"], resources: [\"" + kind.plural() + "\"], verbs: [\"patch\"]}");
        answer("/scale", 403, 1);
        forbidden(
                startFails(),
                "{apiGroups: [\"apps\"], resources: [\"" + kind.plural() + "/scale\"], verbs: [\"patch\"]}");
        server.expect()
                .get()
                .withPath("/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers")
                .andReturn(403, new StatusBuilder().withCode(403).build())
                .once();
        forbidden(
                startFails(),
                "{apiGroups: [\"autoscaling\"], resources: [\"horizontalpodautoscalers\"], verbs: [\"list\"]}");
        server.expect()
                .get()
                .withPath(path())
                .andReturn(403, new StatusBuilder().withCode(403).build())
                .once();
        forbidden(
                assertThrows(ScalingTargetException.class, () -> open().instances()),
                "{apiGroups: [\"apps\"], resources: [\"" + kind.plural() + "\"], verbs: [\"get\"]}");
    }

    private static void forbidden(ScalingTargetException refused, String rule) {
        assertTrue(refused.isLasting());
        assertTrue(refused.getMessage().contains("rule " + rule), refused.getMessage());
    }

    @Test
    void whatTheServerCannotDoNowMayBeTriedAgain() throws Exception {
        for (int code : new int[] {429, 500, 502, 503, 504}) {
            answer("", code, 1);
            ScalingTargetException failed = startFails();
            assertFalse(failed.isLasting(), failed.getMessage());
            assertTrue(failed.getMessage().contains("answers with " + code), failed.getMessage());
        }
        for (int code : new int[] {400, 401, 404, 422}) {
            answer("", code, 1);
            assertTrue(startFails().isLasting(), "status " + code);
        }
        open().start(startOrder(open(), "a-1", 7, 1, 1));
        assertEquals(1, controllers.replicas());
    }

    @Test
    void anApiServerThatIsNotThereMayComeBack() {
        try (KubernetesClient nowhere = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(client.getConfiguration())
                        .withMasterUrl("https://127.0.0.1:1/")
                        .build())
                .build()) {
            ScalingTargetException failed = assertThrows(
                    ScalingTargetException.class, () -> target().client(nowhere).instances());
            assertFalse(failed.isLasting());
            assertTrue(failed.getMessage().contains("was not reached"), failed.getMessage());
        }
    }

    @Test
    void aWorkloadThatIsNotThereIsNamed() {
        client.genericKubernetesResources(kind.context())
                .inNamespace(Controllers.NAMESPACE)
                .withName(Controllers.NAME)
                .delete();
        ScalingTargetException failed = assertThrows(ScalingTargetException.class, () -> open().instances());
        assertTrue(failed.isLasting());
        assertEquals(kind.kind() + " shop/orders: there is no such " + kind.kind(), failed.getMessage());
    }

    @Test
    void whatHasNoPodYetIsStarting() throws Exception {
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 2, 2));
        List<Instance> two = target.instances();
        assertEquals(2, two.size());
        assertTrue(two.stream().allMatch(one -> one.state() == State.STARTING), two.toString());
        // And may be taken back.
        target.stop(stopOrder("a-2", 7, two.get(1).node(), 1));
        assertEquals(1, controllers.replicas());
        assertEquals(List.of(two.get(0)), target.instances());
    }
}
