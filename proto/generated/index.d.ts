import * as $protobuf from "protobufjs";
import Long = require("long");

export namespace jaeger {

    namespace api_v2 {

        interface IPostSpansRequest extends jaeger.api_v2.PostSpansRequest.$Properties {
        }

        class PostSpansRequest {
            constructor(properties?: jaeger.api_v2.PostSpansRequest.$Properties);
            $unknowns?: Uint8Array[];
            batch?: (jaeger.api_v2.Batch.$Properties|null);
            static create(properties: jaeger.api_v2.PostSpansRequest.$Shape): jaeger.api_v2.PostSpansRequest & jaeger.api_v2.PostSpansRequest.$Shape;
            static create(properties?: jaeger.api_v2.PostSpansRequest.$Properties): jaeger.api_v2.PostSpansRequest;
            static encode(message: jaeger.api_v2.PostSpansRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.PostSpansRequest & jaeger.api_v2.PostSpansRequest.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.PostSpansRequest;
            static toObject(message: jaeger.api_v2.PostSpansRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace PostSpansRequest {
            interface $Properties {
                batch?: (jaeger.api_v2.Batch.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.PostSpansRequest.$Properties;
        }

        interface IPostSpansResponse extends jaeger.api_v2.PostSpansResponse.$Properties {
        }

        class PostSpansResponse {
            constructor(properties?: jaeger.api_v2.PostSpansResponse.$Properties);
            $unknowns?: Uint8Array[];
            static create(properties: jaeger.api_v2.PostSpansResponse.$Shape): jaeger.api_v2.PostSpansResponse & jaeger.api_v2.PostSpansResponse.$Shape;
            static create(properties?: jaeger.api_v2.PostSpansResponse.$Properties): jaeger.api_v2.PostSpansResponse;
            static encode(message: jaeger.api_v2.PostSpansResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.PostSpansResponse & jaeger.api_v2.PostSpansResponse.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.PostSpansResponse;
            static toObject(message: jaeger.api_v2.PostSpansResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace PostSpansResponse {
            interface $Properties {
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.PostSpansResponse.$Properties;
        }

        enum ValueType {
            STRING = 0,
            BOOL = 1,
            INT64 = 2,
            FLOAT64 = 3,
            BINARY = 4
        }

        interface IKeyValue extends jaeger.api_v2.KeyValue.$Properties {
        }

        class KeyValue {
            constructor(properties?: jaeger.api_v2.KeyValue.$Properties);
            $unknowns?: Uint8Array[];
            key: string;
            vType: jaeger.api_v2.ValueType;
            vStr: string;
            vBool: boolean;
            vInt64: (number|Long);
            vFloat64: number;
            vBinary: Uint8Array;
            static create(properties: jaeger.api_v2.KeyValue.$Shape): jaeger.api_v2.KeyValue & jaeger.api_v2.KeyValue.$Shape;
            static create(properties?: jaeger.api_v2.KeyValue.$Properties): jaeger.api_v2.KeyValue;
            static encode(message: jaeger.api_v2.KeyValue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.KeyValue & jaeger.api_v2.KeyValue.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.KeyValue;
            static toObject(message: jaeger.api_v2.KeyValue, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace KeyValue {
            interface $Properties {
                key?: (string|null);
                vType?: (jaeger.api_v2.ValueType|null);
                vStr?: (string|null);
                vBool?: (boolean|null);
                vInt64?: (number|Long|null);
                vFloat64?: (number|null);
                vBinary?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.KeyValue.$Properties;
        }

        interface ILog extends jaeger.api_v2.Log.$Properties {
        }

        class Log {
            constructor(properties?: jaeger.api_v2.Log.$Properties);
            $unknowns?: Uint8Array[];
            timestamp?: (google.protobuf.Timestamp.$Properties|null);
            fields: jaeger.api_v2.KeyValue.$Properties[];
            static create(properties: jaeger.api_v2.Log.$Shape): jaeger.api_v2.Log & jaeger.api_v2.Log.$Shape;
            static create(properties?: jaeger.api_v2.Log.$Properties): jaeger.api_v2.Log;
            static encode(message: jaeger.api_v2.Log.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.Log & jaeger.api_v2.Log.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.Log;
            static toObject(message: jaeger.api_v2.Log, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Log {
            interface $Properties {
                timestamp?: (google.protobuf.Timestamp.$Properties|null);
                fields?: (jaeger.api_v2.KeyValue.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.Log.$Properties;
        }

        enum SpanRefType {
            CHILD_OF = 0,
            FOLLOWS_FROM = 1
        }

        interface ISpanRef extends jaeger.api_v2.SpanRef.$Properties {
        }

        class SpanRef {
            constructor(properties?: jaeger.api_v2.SpanRef.$Properties);
            $unknowns?: Uint8Array[];
            traceId: Uint8Array;
            spanId: Uint8Array;
            refType: jaeger.api_v2.SpanRefType;
            static create(properties: jaeger.api_v2.SpanRef.$Shape): jaeger.api_v2.SpanRef & jaeger.api_v2.SpanRef.$Shape;
            static create(properties?: jaeger.api_v2.SpanRef.$Properties): jaeger.api_v2.SpanRef;
            static encode(message: jaeger.api_v2.SpanRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.SpanRef & jaeger.api_v2.SpanRef.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.SpanRef;
            static toObject(message: jaeger.api_v2.SpanRef, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace SpanRef {
            interface $Properties {
                traceId?: (Uint8Array|null);
                spanId?: (Uint8Array|null);
                refType?: (jaeger.api_v2.SpanRefType|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.SpanRef.$Properties;
        }

        interface IProcess extends jaeger.api_v2.Process.$Properties {
        }

        class Process {
            constructor(properties?: jaeger.api_v2.Process.$Properties);
            $unknowns?: Uint8Array[];
            serviceName: string;
            tags: jaeger.api_v2.KeyValue.$Properties[];
            static create(properties: jaeger.api_v2.Process.$Shape): jaeger.api_v2.Process & jaeger.api_v2.Process.$Shape;
            static create(properties?: jaeger.api_v2.Process.$Properties): jaeger.api_v2.Process;
            static encode(message: jaeger.api_v2.Process.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.Process & jaeger.api_v2.Process.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.Process;
            static toObject(message: jaeger.api_v2.Process, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Process {
            interface $Properties {
                serviceName?: (string|null);
                tags?: (jaeger.api_v2.KeyValue.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.Process.$Properties;
        }

        interface ISpan extends jaeger.api_v2.Span.$Properties {
        }

        class Span {
            constructor(properties?: jaeger.api_v2.Span.$Properties);
            $unknowns?: Uint8Array[];
            traceId: Uint8Array;
            spanId: Uint8Array;
            operationName: string;
            references: jaeger.api_v2.SpanRef.$Properties[];
            flags: number;
            startTime?: (google.protobuf.Timestamp.$Properties|null);
            duration?: (google.protobuf.Duration.$Properties|null);
            tags: jaeger.api_v2.KeyValue.$Properties[];
            logs: jaeger.api_v2.Log.$Properties[];
            process?: (jaeger.api_v2.Process.$Properties|null);
            processId: string;
            warnings: string[];
            static create(properties: jaeger.api_v2.Span.$Shape): jaeger.api_v2.Span & jaeger.api_v2.Span.$Shape;
            static create(properties?: jaeger.api_v2.Span.$Properties): jaeger.api_v2.Span;
            static encode(message: jaeger.api_v2.Span.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.Span & jaeger.api_v2.Span.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.Span;
            static toObject(message: jaeger.api_v2.Span, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Span {
            interface $Properties {
                traceId?: (Uint8Array|null);
                spanId?: (Uint8Array|null);
                operationName?: (string|null);
                references?: (jaeger.api_v2.SpanRef.$Properties[]|null);
                flags?: (number|null);
                startTime?: (google.protobuf.Timestamp.$Properties|null);
                duration?: (google.protobuf.Duration.$Properties|null);
                tags?: (jaeger.api_v2.KeyValue.$Properties[]|null);
                logs?: (jaeger.api_v2.Log.$Properties[]|null);
                process?: (jaeger.api_v2.Process.$Properties|null);
                processId?: (string|null);
                warnings?: (string[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.Span.$Properties;
        }

        interface IBatch extends jaeger.api_v2.Batch.$Properties {
        }

        class Batch {
            constructor(properties?: jaeger.api_v2.Batch.$Properties);
            $unknowns?: Uint8Array[];
            spans: jaeger.api_v2.Span.$Properties[];
            process?: (jaeger.api_v2.Process.$Properties|null);
            static create(properties: jaeger.api_v2.Batch.$Shape): jaeger.api_v2.Batch & jaeger.api_v2.Batch.$Shape;
            static create(properties?: jaeger.api_v2.Batch.$Properties): jaeger.api_v2.Batch;
            static encode(message: jaeger.api_v2.Batch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.Batch & jaeger.api_v2.Batch.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.Batch;
            static toObject(message: jaeger.api_v2.Batch, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Batch {
            interface $Properties {
                spans?: (jaeger.api_v2.Span.$Properties[]|null);
                process?: (jaeger.api_v2.Process.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.Batch.$Properties;
        }

        enum SamplingStrategyType {
            PROBABILISTIC = 0,
            RATE_LIMITING = 1
        }

        interface IProbabilisticSamplingStrategy extends jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties {
        }

        class ProbabilisticSamplingStrategy {
            constructor(properties?: jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties);
            $unknowns?: Uint8Array[];
            samplingRate: number;
            static create(properties: jaeger.api_v2.ProbabilisticSamplingStrategy.$Shape): jaeger.api_v2.ProbabilisticSamplingStrategy & jaeger.api_v2.ProbabilisticSamplingStrategy.$Shape;
            static create(properties?: jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties): jaeger.api_v2.ProbabilisticSamplingStrategy;
            static encode(message: jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.ProbabilisticSamplingStrategy & jaeger.api_v2.ProbabilisticSamplingStrategy.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.ProbabilisticSamplingStrategy;
            static toObject(message: jaeger.api_v2.ProbabilisticSamplingStrategy, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace ProbabilisticSamplingStrategy {
            interface $Properties {
                samplingRate?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties;
        }

        interface IRateLimitingSamplingStrategy extends jaeger.api_v2.RateLimitingSamplingStrategy.$Properties {
        }

        class RateLimitingSamplingStrategy {
            constructor(properties?: jaeger.api_v2.RateLimitingSamplingStrategy.$Properties);
            $unknowns?: Uint8Array[];
            maxTracesPerSecond: number;
            static create(properties: jaeger.api_v2.RateLimitingSamplingStrategy.$Shape): jaeger.api_v2.RateLimitingSamplingStrategy & jaeger.api_v2.RateLimitingSamplingStrategy.$Shape;
            static create(properties?: jaeger.api_v2.RateLimitingSamplingStrategy.$Properties): jaeger.api_v2.RateLimitingSamplingStrategy;
            static encode(message: jaeger.api_v2.RateLimitingSamplingStrategy.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.RateLimitingSamplingStrategy & jaeger.api_v2.RateLimitingSamplingStrategy.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.RateLimitingSamplingStrategy;
            static toObject(message: jaeger.api_v2.RateLimitingSamplingStrategy, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace RateLimitingSamplingStrategy {
            interface $Properties {
                maxTracesPerSecond?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.RateLimitingSamplingStrategy.$Properties;
        }

        interface IOperationSamplingStrategy extends jaeger.api_v2.OperationSamplingStrategy.$Properties {
        }

        class OperationSamplingStrategy {
            constructor(properties?: jaeger.api_v2.OperationSamplingStrategy.$Properties);
            $unknowns?: Uint8Array[];
            operation: string;
            probabilisticSampling?: (jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties|null);
            static create(properties: jaeger.api_v2.OperationSamplingStrategy.$Shape): jaeger.api_v2.OperationSamplingStrategy & jaeger.api_v2.OperationSamplingStrategy.$Shape;
            static create(properties?: jaeger.api_v2.OperationSamplingStrategy.$Properties): jaeger.api_v2.OperationSamplingStrategy;
            static encode(message: jaeger.api_v2.OperationSamplingStrategy.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.OperationSamplingStrategy & jaeger.api_v2.OperationSamplingStrategy.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.OperationSamplingStrategy;
            static toObject(message: jaeger.api_v2.OperationSamplingStrategy, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace OperationSamplingStrategy {
            interface $Properties {
                operation?: (string|null);
                probabilisticSampling?: (jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.OperationSamplingStrategy.$Properties;
        }

        interface IPerOperationSamplingStrategies extends jaeger.api_v2.PerOperationSamplingStrategies.$Properties {
        }

        class PerOperationSamplingStrategies {
            constructor(properties?: jaeger.api_v2.PerOperationSamplingStrategies.$Properties);
            $unknowns?: Uint8Array[];
            defaultSamplingProbability: number;
            defaultLowerBoundTracesPerSecond: number;
            perOperationStrategies: jaeger.api_v2.OperationSamplingStrategy.$Properties[];
            defaultUpperBoundTracesPerSecond: number;
            static create(properties: jaeger.api_v2.PerOperationSamplingStrategies.$Shape): jaeger.api_v2.PerOperationSamplingStrategies & jaeger.api_v2.PerOperationSamplingStrategies.$Shape;
            static create(properties?: jaeger.api_v2.PerOperationSamplingStrategies.$Properties): jaeger.api_v2.PerOperationSamplingStrategies;
            static encode(message: jaeger.api_v2.PerOperationSamplingStrategies.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.PerOperationSamplingStrategies & jaeger.api_v2.PerOperationSamplingStrategies.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.PerOperationSamplingStrategies;
            static toObject(message: jaeger.api_v2.PerOperationSamplingStrategies, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace PerOperationSamplingStrategies {
            interface $Properties {
                defaultSamplingProbability?: (number|null);
                defaultLowerBoundTracesPerSecond?: (number|null);
                perOperationStrategies?: (jaeger.api_v2.OperationSamplingStrategy.$Properties[]|null);
                defaultUpperBoundTracesPerSecond?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.PerOperationSamplingStrategies.$Properties;
        }

        interface ISamplingStrategyResponse extends jaeger.api_v2.SamplingStrategyResponse.$Properties {
        }

        class SamplingStrategyResponse {
            constructor(properties?: jaeger.api_v2.SamplingStrategyResponse.$Properties);
            $unknowns?: Uint8Array[];
            strategyType: jaeger.api_v2.SamplingStrategyType;
            probabilisticSampling?: (jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties|null);
            rateLimitingSampling?: (jaeger.api_v2.RateLimitingSamplingStrategy.$Properties|null);
            operationSampling?: (jaeger.api_v2.PerOperationSamplingStrategies.$Properties|null);
            static create(properties: jaeger.api_v2.SamplingStrategyResponse.$Shape): jaeger.api_v2.SamplingStrategyResponse & jaeger.api_v2.SamplingStrategyResponse.$Shape;
            static create(properties?: jaeger.api_v2.SamplingStrategyResponse.$Properties): jaeger.api_v2.SamplingStrategyResponse;
            static encode(message: jaeger.api_v2.SamplingStrategyResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.SamplingStrategyResponse & jaeger.api_v2.SamplingStrategyResponse.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.SamplingStrategyResponse;
            static toObject(message: jaeger.api_v2.SamplingStrategyResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace SamplingStrategyResponse {
            interface $Properties {
                strategyType?: (jaeger.api_v2.SamplingStrategyType|null);
                probabilisticSampling?: (jaeger.api_v2.ProbabilisticSamplingStrategy.$Properties|null);
                rateLimitingSampling?: (jaeger.api_v2.RateLimitingSamplingStrategy.$Properties|null);
                operationSampling?: (jaeger.api_v2.PerOperationSamplingStrategies.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.SamplingStrategyResponse.$Properties;
        }

        interface ISamplingStrategyParameters extends jaeger.api_v2.SamplingStrategyParameters.$Properties {
        }

        class SamplingStrategyParameters {
            constructor(properties?: jaeger.api_v2.SamplingStrategyParameters.$Properties);
            $unknowns?: Uint8Array[];
            serviceName: string;
            static create(properties: jaeger.api_v2.SamplingStrategyParameters.$Shape): jaeger.api_v2.SamplingStrategyParameters & jaeger.api_v2.SamplingStrategyParameters.$Shape;
            static create(properties?: jaeger.api_v2.SamplingStrategyParameters.$Properties): jaeger.api_v2.SamplingStrategyParameters;
            static encode(message: jaeger.api_v2.SamplingStrategyParameters.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v2.SamplingStrategyParameters & jaeger.api_v2.SamplingStrategyParameters.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v2.SamplingStrategyParameters;
            static toObject(message: jaeger.api_v2.SamplingStrategyParameters, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace SamplingStrategyParameters {
            interface $Properties {
                serviceName?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v2.SamplingStrategyParameters.$Properties;
        }
    }

    namespace api_v3 {

        interface IGetTraceRequest extends jaeger.api_v3.GetTraceRequest.$Properties {
        }

        class GetTraceRequest {
            constructor(properties?: jaeger.api_v3.GetTraceRequest.$Properties);
            $unknowns?: Uint8Array[];
            traceId: string;
            startTime?: (google.protobuf.Timestamp.$Properties|null);
            endTime?: (google.protobuf.Timestamp.$Properties|null);
            rawTraces: boolean;
            static create(properties: jaeger.api_v3.GetTraceRequest.$Shape): jaeger.api_v3.GetTraceRequest & jaeger.api_v3.GetTraceRequest.$Shape;
            static create(properties?: jaeger.api_v3.GetTraceRequest.$Properties): jaeger.api_v3.GetTraceRequest;
            static encode(message: jaeger.api_v3.GetTraceRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.GetTraceRequest & jaeger.api_v3.GetTraceRequest.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.GetTraceRequest;
            static toObject(message: jaeger.api_v3.GetTraceRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace GetTraceRequest {
            interface $Properties {
                traceId?: (string|null);
                startTime?: (google.protobuf.Timestamp.$Properties|null);
                endTime?: (google.protobuf.Timestamp.$Properties|null);
                rawTraces?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.GetTraceRequest.$Properties;
        }

        interface ITraceQueryParameters extends jaeger.api_v3.TraceQueryParameters.$Properties {
        }

        class TraceQueryParameters {
            constructor(properties?: jaeger.api_v3.TraceQueryParameters.$Properties);
            $unknowns?: Uint8Array[];
            serviceName: string;
            operationName: string;
            attributes: { [k: string]: string };
            startTimeMin?: (google.protobuf.Timestamp.$Properties|null);
            startTimeMax?: (google.protobuf.Timestamp.$Properties|null);
            durationMin?: (google.protobuf.Duration.$Properties|null);
            durationMax?: (google.protobuf.Duration.$Properties|null);
            searchDepth: number;
            rawTraces: boolean;
            static create(properties: jaeger.api_v3.TraceQueryParameters.$Shape): jaeger.api_v3.TraceQueryParameters & jaeger.api_v3.TraceQueryParameters.$Shape;
            static create(properties?: jaeger.api_v3.TraceQueryParameters.$Properties): jaeger.api_v3.TraceQueryParameters;
            static encode(message: jaeger.api_v3.TraceQueryParameters.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.TraceQueryParameters & jaeger.api_v3.TraceQueryParameters.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.TraceQueryParameters;
            static toObject(message: jaeger.api_v3.TraceQueryParameters, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace TraceQueryParameters {
            interface $Properties {
                serviceName?: (string|null);
                operationName?: (string|null);
                attributes?: ({ [k: string]: string }|null);
                startTimeMin?: (google.protobuf.Timestamp.$Properties|null);
                startTimeMax?: (google.protobuf.Timestamp.$Properties|null);
                durationMin?: (google.protobuf.Duration.$Properties|null);
                durationMax?: (google.protobuf.Duration.$Properties|null);
                searchDepth?: (number|null);
                rawTraces?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.TraceQueryParameters.$Properties;
        }

        interface IFindTracesRequest extends jaeger.api_v3.FindTracesRequest.$Properties {
        }

        class FindTracesRequest {
            constructor(properties?: jaeger.api_v3.FindTracesRequest.$Properties);
            $unknowns?: Uint8Array[];
            query?: (jaeger.api_v3.TraceQueryParameters.$Properties|null);
            static create(properties: jaeger.api_v3.FindTracesRequest.$Shape): jaeger.api_v3.FindTracesRequest & jaeger.api_v3.FindTracesRequest.$Shape;
            static create(properties?: jaeger.api_v3.FindTracesRequest.$Properties): jaeger.api_v3.FindTracesRequest;
            static encode(message: jaeger.api_v3.FindTracesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.FindTracesRequest & jaeger.api_v3.FindTracesRequest.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.FindTracesRequest;
            static toObject(message: jaeger.api_v3.FindTracesRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace FindTracesRequest {
            interface $Properties {
                query?: (jaeger.api_v3.TraceQueryParameters.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.FindTracesRequest.$Properties;
        }

        interface IGetServicesRequest extends jaeger.api_v3.GetServicesRequest.$Properties {
        }

        class GetServicesRequest {
            constructor(properties?: jaeger.api_v3.GetServicesRequest.$Properties);
            $unknowns?: Uint8Array[];
            static create(properties: jaeger.api_v3.GetServicesRequest.$Shape): jaeger.api_v3.GetServicesRequest & jaeger.api_v3.GetServicesRequest.$Shape;
            static create(properties?: jaeger.api_v3.GetServicesRequest.$Properties): jaeger.api_v3.GetServicesRequest;
            static encode(message: jaeger.api_v3.GetServicesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.GetServicesRequest & jaeger.api_v3.GetServicesRequest.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.GetServicesRequest;
            static toObject(message: jaeger.api_v3.GetServicesRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace GetServicesRequest {
            interface $Properties {
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.GetServicesRequest.$Properties;
        }

        interface IGetServicesResponse extends jaeger.api_v3.GetServicesResponse.$Properties {
        }

        class GetServicesResponse {
            constructor(properties?: jaeger.api_v3.GetServicesResponse.$Properties);
            $unknowns?: Uint8Array[];
            services: string[];
            static create(properties: jaeger.api_v3.GetServicesResponse.$Shape): jaeger.api_v3.GetServicesResponse & jaeger.api_v3.GetServicesResponse.$Shape;
            static create(properties?: jaeger.api_v3.GetServicesResponse.$Properties): jaeger.api_v3.GetServicesResponse;
            static encode(message: jaeger.api_v3.GetServicesResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.GetServicesResponse & jaeger.api_v3.GetServicesResponse.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.GetServicesResponse;
            static toObject(message: jaeger.api_v3.GetServicesResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace GetServicesResponse {
            interface $Properties {
                services?: (string[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.GetServicesResponse.$Properties;
        }

        interface IGetOperationsRequest extends jaeger.api_v3.GetOperationsRequest.$Properties {
        }

        class GetOperationsRequest {
            constructor(properties?: jaeger.api_v3.GetOperationsRequest.$Properties);
            $unknowns?: Uint8Array[];
            service: string;
            spanKind: string;
            static create(properties: jaeger.api_v3.GetOperationsRequest.$Shape): jaeger.api_v3.GetOperationsRequest & jaeger.api_v3.GetOperationsRequest.$Shape;
            static create(properties?: jaeger.api_v3.GetOperationsRequest.$Properties): jaeger.api_v3.GetOperationsRequest;
            static encode(message: jaeger.api_v3.GetOperationsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.GetOperationsRequest & jaeger.api_v3.GetOperationsRequest.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.GetOperationsRequest;
            static toObject(message: jaeger.api_v3.GetOperationsRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace GetOperationsRequest {
            interface $Properties {
                service?: (string|null);
                spanKind?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.GetOperationsRequest.$Properties;
        }

        interface IOperation extends jaeger.api_v3.Operation.$Properties {
        }

        class Operation {
            constructor(properties?: jaeger.api_v3.Operation.$Properties);
            $unknowns?: Uint8Array[];
            name: string;
            spanKind: string;
            static create(properties: jaeger.api_v3.Operation.$Shape): jaeger.api_v3.Operation & jaeger.api_v3.Operation.$Shape;
            static create(properties?: jaeger.api_v3.Operation.$Properties): jaeger.api_v3.Operation;
            static encode(message: jaeger.api_v3.Operation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.Operation & jaeger.api_v3.Operation.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.Operation;
            static toObject(message: jaeger.api_v3.Operation, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Operation {
            interface $Properties {
                name?: (string|null);
                spanKind?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.Operation.$Properties;
        }

        interface IGetOperationsResponse extends jaeger.api_v3.GetOperationsResponse.$Properties {
        }

        class GetOperationsResponse {
            constructor(properties?: jaeger.api_v3.GetOperationsResponse.$Properties);
            $unknowns?: Uint8Array[];
            operations: jaeger.api_v3.Operation.$Properties[];
            static create(properties: jaeger.api_v3.GetOperationsResponse.$Shape): jaeger.api_v3.GetOperationsResponse & jaeger.api_v3.GetOperationsResponse.$Shape;
            static create(properties?: jaeger.api_v3.GetOperationsResponse.$Properties): jaeger.api_v3.GetOperationsResponse;
            static encode(message: jaeger.api_v3.GetOperationsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.GetOperationsResponse & jaeger.api_v3.GetOperationsResponse.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.GetOperationsResponse;
            static toObject(message: jaeger.api_v3.GetOperationsResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace GetOperationsResponse {
            interface $Properties {
                operations?: (jaeger.api_v3.Operation.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.GetOperationsResponse.$Properties;
        }

        interface IGetDependenciesRequest extends jaeger.api_v3.GetDependenciesRequest.$Properties {
        }

        class GetDependenciesRequest {
            constructor(properties?: jaeger.api_v3.GetDependenciesRequest.$Properties);
            $unknowns?: Uint8Array[];
            startTime?: (google.protobuf.Timestamp.$Properties|null);
            endTime?: (google.protobuf.Timestamp.$Properties|null);
            static create(properties: jaeger.api_v3.GetDependenciesRequest.$Shape): jaeger.api_v3.GetDependenciesRequest & jaeger.api_v3.GetDependenciesRequest.$Shape;
            static create(properties?: jaeger.api_v3.GetDependenciesRequest.$Properties): jaeger.api_v3.GetDependenciesRequest;
            static encode(message: jaeger.api_v3.GetDependenciesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.GetDependenciesRequest & jaeger.api_v3.GetDependenciesRequest.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.GetDependenciesRequest;
            static toObject(message: jaeger.api_v3.GetDependenciesRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace GetDependenciesRequest {
            interface $Properties {
                startTime?: (google.protobuf.Timestamp.$Properties|null);
                endTime?: (google.protobuf.Timestamp.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.GetDependenciesRequest.$Properties;
        }

        interface IDependency extends jaeger.api_v3.Dependency.$Properties {
        }

        class Dependency {
            constructor(properties?: jaeger.api_v3.Dependency.$Properties);
            $unknowns?: Uint8Array[];
            parent: string;
            child: string;
            callCount: (number|Long);
            static create(properties: jaeger.api_v3.Dependency.$Shape): jaeger.api_v3.Dependency & jaeger.api_v3.Dependency.$Shape;
            static create(properties?: jaeger.api_v3.Dependency.$Properties): jaeger.api_v3.Dependency;
            static encode(message: jaeger.api_v3.Dependency.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.Dependency & jaeger.api_v3.Dependency.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.Dependency;
            static toObject(message: jaeger.api_v3.Dependency, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Dependency {
            interface $Properties {
                parent?: (string|null);
                child?: (string|null);
                callCount?: (number|Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.Dependency.$Properties;
        }

        interface IDependenciesResponse extends jaeger.api_v3.DependenciesResponse.$Properties {
        }

        class DependenciesResponse {
            constructor(properties?: jaeger.api_v3.DependenciesResponse.$Properties);
            $unknowns?: Uint8Array[];
            dependencies: jaeger.api_v3.Dependency.$Properties[];
            static create(properties: jaeger.api_v3.DependenciesResponse.$Shape): jaeger.api_v3.DependenciesResponse & jaeger.api_v3.DependenciesResponse.$Shape;
            static create(properties?: jaeger.api_v3.DependenciesResponse.$Properties): jaeger.api_v3.DependenciesResponse;
            static encode(message: jaeger.api_v3.DependenciesResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): jaeger.api_v3.DependenciesResponse & jaeger.api_v3.DependenciesResponse.$Shape;
            static fromObject(object: { [k: string]: any }): jaeger.api_v3.DependenciesResponse;
            static toObject(message: jaeger.api_v3.DependenciesResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace DependenciesResponse {
            interface $Properties {
                dependencies?: (jaeger.api_v3.Dependency.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = jaeger.api_v3.DependenciesResponse.$Properties;
        }
    }
}

export namespace google {

    namespace protobuf {

        interface IDuration extends google.protobuf.Duration.$Properties {
        }

        class Duration {
            constructor(properties?: google.protobuf.Duration.$Properties);
            $unknowns?: Uint8Array[];
            seconds: (number|Long);
            nanos: number;
            static create(properties: google.protobuf.Duration.$Shape): google.protobuf.Duration & google.protobuf.Duration.$Shape;
            static create(properties?: google.protobuf.Duration.$Properties): google.protobuf.Duration;
            static encode(message: google.protobuf.Duration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): google.protobuf.Duration & google.protobuf.Duration.$Shape;
            static fromObject(object: { [k: string]: any }): google.protobuf.Duration;
            static toObject(message: google.protobuf.Duration, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Duration {
            interface $Properties {
                seconds?: (number|Long|null);
                nanos?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = google.protobuf.Duration.$Properties;
        }

        interface IAny extends google.protobuf.Any.$Properties {
        }

        class Any {
            constructor(properties?: google.protobuf.Any.$Properties);
            $unknowns?: Uint8Array[];
            type_url: string;
            value: Uint8Array;
            static create(properties: google.protobuf.Any.$Shape): google.protobuf.Any & google.protobuf.Any.$Shape;
            static create(properties?: google.protobuf.Any.$Properties): google.protobuf.Any;
            static encode(message: google.protobuf.Any.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): google.protobuf.Any & google.protobuf.Any.$Shape;
            static fromObject(object: { [k: string]: any }): google.protobuf.Any;
            static toObject(message: google.protobuf.Any, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Any {
            interface $Properties {
                type_url?: (string|null);
                value?: (Uint8Array|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = google.protobuf.Any.$Properties;
        }

        interface ITimestamp extends google.protobuf.Timestamp.$Properties {
        }

        class Timestamp {
            constructor(properties?: google.protobuf.Timestamp.$Properties);
            $unknowns?: Uint8Array[];
            seconds: (number|Long);
            nanos: number;
            static create(properties: google.protobuf.Timestamp.$Shape): google.protobuf.Timestamp & google.protobuf.Timestamp.$Shape;
            static create(properties?: google.protobuf.Timestamp.$Properties): google.protobuf.Timestamp;
            static encode(message: google.protobuf.Timestamp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): google.protobuf.Timestamp & google.protobuf.Timestamp.$Shape;
            static fromObject(object: { [k: string]: any }): google.protobuf.Timestamp;
            static toObject(message: google.protobuf.Timestamp, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Timestamp {
            interface $Properties {
                seconds?: (number|Long|null);
                nanos?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = google.protobuf.Timestamp.$Properties;
        }
    }

    namespace rpc {

        interface IRetryInfo extends google.rpc.RetryInfo.$Properties {
        }

        class RetryInfo {
            constructor(properties?: google.rpc.RetryInfo.$Properties);
            $unknowns?: Uint8Array[];
            retryDelay?: (google.protobuf.Duration.$Properties|null);
            static create(properties: google.rpc.RetryInfo.$Shape): google.rpc.RetryInfo & google.rpc.RetryInfo.$Shape;
            static create(properties?: google.rpc.RetryInfo.$Properties): google.rpc.RetryInfo;
            static encode(message: google.rpc.RetryInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): google.rpc.RetryInfo & google.rpc.RetryInfo.$Shape;
            static fromObject(object: { [k: string]: any }): google.rpc.RetryInfo;
            static toObject(message: google.rpc.RetryInfo, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace RetryInfo {
            interface $Properties {
                retryDelay?: (google.protobuf.Duration.$Properties|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = google.rpc.RetryInfo.$Properties;
        }

        interface IStatus extends google.rpc.Status.$Properties {
        }

        class Status {
            constructor(properties?: google.rpc.Status.$Properties);
            $unknowns?: Uint8Array[];
            code: number;
            message: string;
            details: google.protobuf.Any.$Properties[];
            static create(properties: google.rpc.Status.$Shape): google.rpc.Status & google.rpc.Status.$Shape;
            static create(properties?: google.rpc.Status.$Properties): google.rpc.Status;
            static encode(message: google.rpc.Status.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): google.rpc.Status & google.rpc.Status.$Shape;
            static fromObject(object: { [k: string]: any }): google.rpc.Status;
            static toObject(message: google.rpc.Status, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Status {
            interface $Properties {
                code?: (number|null);
                message?: (string|null);
                details?: (google.protobuf.Any.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = google.rpc.Status.$Properties;
        }
    }
}

export namespace opentelemetry {

    namespace proto {

        namespace collector {

            namespace trace {

                namespace v1 {

                    interface IExportTraceServiceRequest extends opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.$Properties {
                    }

                    class ExportTraceServiceRequest {
                        constructor(properties?: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.$Properties);
                        $unknowns?: Uint8Array[];
                        resourceSpans: opentelemetry.proto.trace.v1.ResourceSpans.$Properties[];
                        static create(properties: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.$Shape): opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest & opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.$Shape;
                        static create(properties?: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.$Properties): opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
                        static encode(message: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest & opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest.$Shape;
                        static fromObject(object: { [k: string]: any }): opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
                        static toObject(message: opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest, options?: $protobuf.IConversionOptions): { [k: string]: any };
                        toJSON(): { [k: string]: any };
                    }

                    namespace ExportTraceServiceRequest {
                        interface $Properties {
                            resourceSpans?: (opentelemetry.proto.trace.v1.ResourceSpans.$Properties[]|null);
                            $unknowns?: Uint8Array[];
                        }
                        type $Shape = {
                          resourceSpans?: opentelemetry.proto.trace.v1.ResourceSpans.$Shape[]|null;
                          $unknowns?: Uint8Array[];
                        };
                    }

                    interface IExportTraceServiceResponse extends opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Properties {
                    }

                    class ExportTraceServiceResponse {
                        constructor(properties?: opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Properties);
                        $unknowns?: Uint8Array[];
                        partialSuccess?: (opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Properties|null);
                        static create(properties: opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Shape): opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse & opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Shape;
                        static create(properties?: opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Properties): opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
                        static encode(message: opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse & opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Shape;
                        static fromObject(object: { [k: string]: any }): opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
                        static toObject(message: opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };
                        toJSON(): { [k: string]: any };
                    }

                    namespace ExportTraceServiceResponse {
                        interface $Properties {
                            partialSuccess?: (opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Properties|null);
                            $unknowns?: Uint8Array[];
                        }
                        type $Shape = opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.$Properties;
                    }

                    interface IExportTracePartialSuccess extends opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Properties {
                    }

                    class ExportTracePartialSuccess {
                        constructor(properties?: opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Properties);
                        $unknowns?: Uint8Array[];
                        rejectedSpans: (number|Long);
                        errorMessage: string;
                        static create(properties: opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Shape): opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess & opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Shape;
                        static create(properties?: opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Properties): opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
                        static encode(message: opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess & opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Shape;
                        static fromObject(object: { [k: string]: any }): opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
                        static toObject(message: opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess, options?: $protobuf.IConversionOptions): { [k: string]: any };
                        toJSON(): { [k: string]: any };
                    }

                    namespace ExportTracePartialSuccess {
                        interface $Properties {
                            rejectedSpans?: (number|Long|null);
                            errorMessage?: (string|null);
                            $unknowns?: Uint8Array[];
                        }
                        type $Shape = opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.$Properties;
                    }
                }
            }
        }

        namespace trace {

            namespace v1 {

                interface ITracesData extends opentelemetry.proto.trace.v1.TracesData.$Properties {
                }

                class TracesData {
                    constructor(properties?: opentelemetry.proto.trace.v1.TracesData.$Properties);
                    $unknowns?: Uint8Array[];
                    resourceSpans: opentelemetry.proto.trace.v1.ResourceSpans.$Properties[];
                    static create(properties: opentelemetry.proto.trace.v1.TracesData.$Shape): opentelemetry.proto.trace.v1.TracesData & opentelemetry.proto.trace.v1.TracesData.$Shape;
                    static create(properties?: opentelemetry.proto.trace.v1.TracesData.$Properties): opentelemetry.proto.trace.v1.TracesData;
                    static encode(message: opentelemetry.proto.trace.v1.TracesData.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.trace.v1.TracesData & opentelemetry.proto.trace.v1.TracesData.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.trace.v1.TracesData;
                    static toObject(message: opentelemetry.proto.trace.v1.TracesData, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace TracesData {
                    interface $Properties {
                        resourceSpans?: (opentelemetry.proto.trace.v1.ResourceSpans.$Properties[]|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      resourceSpans?: opentelemetry.proto.trace.v1.ResourceSpans.$Shape[]|null;
                      $unknowns?: Uint8Array[];
                    };
                }

                interface IResourceSpans extends opentelemetry.proto.trace.v1.ResourceSpans.$Properties {
                }

                class ResourceSpans {
                    constructor(properties?: opentelemetry.proto.trace.v1.ResourceSpans.$Properties);
                    $unknowns?: Uint8Array[];
                    resource?: (opentelemetry.proto.resource.v1.Resource.$Properties|null);
                    scopeSpans: opentelemetry.proto.trace.v1.ScopeSpans.$Properties[];
                    schemaUrl: string;
                    static create(properties: opentelemetry.proto.trace.v1.ResourceSpans.$Shape): opentelemetry.proto.trace.v1.ResourceSpans & opentelemetry.proto.trace.v1.ResourceSpans.$Shape;
                    static create(properties?: opentelemetry.proto.trace.v1.ResourceSpans.$Properties): opentelemetry.proto.trace.v1.ResourceSpans;
                    static encode(message: opentelemetry.proto.trace.v1.ResourceSpans.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.trace.v1.ResourceSpans & opentelemetry.proto.trace.v1.ResourceSpans.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.trace.v1.ResourceSpans;
                    static toObject(message: opentelemetry.proto.trace.v1.ResourceSpans, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace ResourceSpans {
                    interface $Properties {
                        resource?: (opentelemetry.proto.resource.v1.Resource.$Properties|null);
                        scopeSpans?: (opentelemetry.proto.trace.v1.ScopeSpans.$Properties[]|null);
                        schemaUrl?: (string|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      resource?: opentelemetry.proto.resource.v1.Resource.$Shape|null;
                      scopeSpans?: opentelemetry.proto.trace.v1.ScopeSpans.$Shape[]|null;
                      schemaUrl?: string|null;
                      $unknowns?: Uint8Array[];
                    };
                }

                interface IScopeSpans extends opentelemetry.proto.trace.v1.ScopeSpans.$Properties {
                }

                class ScopeSpans {
                    constructor(properties?: opentelemetry.proto.trace.v1.ScopeSpans.$Properties);
                    $unknowns?: Uint8Array[];
                    scope?: (opentelemetry.proto.common.v1.InstrumentationScope.$Properties|null);
                    spans: opentelemetry.proto.trace.v1.Span.$Properties[];
                    schemaUrl: string;
                    static create(properties: opentelemetry.proto.trace.v1.ScopeSpans.$Shape): opentelemetry.proto.trace.v1.ScopeSpans & opentelemetry.proto.trace.v1.ScopeSpans.$Shape;
                    static create(properties?: opentelemetry.proto.trace.v1.ScopeSpans.$Properties): opentelemetry.proto.trace.v1.ScopeSpans;
                    static encode(message: opentelemetry.proto.trace.v1.ScopeSpans.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.trace.v1.ScopeSpans & opentelemetry.proto.trace.v1.ScopeSpans.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.trace.v1.ScopeSpans;
                    static toObject(message: opentelemetry.proto.trace.v1.ScopeSpans, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace ScopeSpans {
                    interface $Properties {
                        scope?: (opentelemetry.proto.common.v1.InstrumentationScope.$Properties|null);
                        spans?: (opentelemetry.proto.trace.v1.Span.$Properties[]|null);
                        schemaUrl?: (string|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      scope?: opentelemetry.proto.common.v1.InstrumentationScope.$Shape|null;
                      spans?: opentelemetry.proto.trace.v1.Span.$Shape[]|null;
                      schemaUrl?: string|null;
                      $unknowns?: Uint8Array[];
                    };
                }

                interface ISpan extends opentelemetry.proto.trace.v1.Span.$Properties {
                }

                class Span {
                    constructor(properties?: opentelemetry.proto.trace.v1.Span.$Properties);
                    $unknowns?: Uint8Array[];
                    traceId: Uint8Array;
                    spanId: Uint8Array;
                    traceState: string;
                    parentSpanId: Uint8Array;
                    name: string;
                    kind: opentelemetry.proto.trace.v1.Span.SpanKind;
                    startTimeUnixNano: (number|Long);
                    endTimeUnixNano: (number|Long);
                    attributes: opentelemetry.proto.common.v1.KeyValue.$Properties[];
                    droppedAttributesCount: number;
                    events: opentelemetry.proto.trace.v1.Span.Event.$Properties[];
                    droppedEventsCount: number;
                    links: opentelemetry.proto.trace.v1.Span.Link.$Properties[];
                    droppedLinksCount: number;
                    status?: (opentelemetry.proto.trace.v1.Status.$Properties|null);
                    flags: number;
                    static create(properties: opentelemetry.proto.trace.v1.Span.$Shape): opentelemetry.proto.trace.v1.Span & opentelemetry.proto.trace.v1.Span.$Shape;
                    static create(properties?: opentelemetry.proto.trace.v1.Span.$Properties): opentelemetry.proto.trace.v1.Span;
                    static encode(message: opentelemetry.proto.trace.v1.Span.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.trace.v1.Span & opentelemetry.proto.trace.v1.Span.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.trace.v1.Span;
                    static toObject(message: opentelemetry.proto.trace.v1.Span, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace Span {
                    interface $Properties {
                        traceId?: (Uint8Array|null);
                        spanId?: (Uint8Array|null);
                        traceState?: (string|null);
                        parentSpanId?: (Uint8Array|null);
                        name?: (string|null);
                        kind?: (opentelemetry.proto.trace.v1.Span.SpanKind|null);
                        startTimeUnixNano?: (number|Long|null);
                        endTimeUnixNano?: (number|Long|null);
                        attributes?: (opentelemetry.proto.common.v1.KeyValue.$Properties[]|null);
                        droppedAttributesCount?: (number|null);
                        events?: (opentelemetry.proto.trace.v1.Span.Event.$Properties[]|null);
                        droppedEventsCount?: (number|null);
                        links?: (opentelemetry.proto.trace.v1.Span.Link.$Properties[]|null);
                        droppedLinksCount?: (number|null);
                        status?: (opentelemetry.proto.trace.v1.Status.$Properties|null);
                        flags?: (number|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      traceId?: Uint8Array|null;
                      spanId?: Uint8Array|null;
                      traceState?: string|null;
                      parentSpanId?: Uint8Array|null;
                      name?: string|null;
                      kind?: opentelemetry.proto.trace.v1.Span.SpanKind|null;
                      startTimeUnixNano?: number|Long|null;
                      endTimeUnixNano?: number|Long|null;
                      attributes?: opentelemetry.proto.common.v1.KeyValue.$Shape[]|null;
                      droppedAttributesCount?: number|null;
                      events?: opentelemetry.proto.trace.v1.Span.Event.$Shape[]|null;
                      droppedEventsCount?: number|null;
                      links?: opentelemetry.proto.trace.v1.Span.Link.$Shape[]|null;
                      droppedLinksCount?: number|null;
                      status?: opentelemetry.proto.trace.v1.Status.$Shape|null;
                      flags?: number|null;
                      $unknowns?: Uint8Array[];
                    };

                    enum SpanKind {
                        SPAN_KIND_UNSPECIFIED = 0,
                        SPAN_KIND_INTERNAL = 1,
                        SPAN_KIND_SERVER = 2,
                        SPAN_KIND_CLIENT = 3,
                        SPAN_KIND_PRODUCER = 4,
                        SPAN_KIND_CONSUMER = 5
                    }

                    interface IEvent extends opentelemetry.proto.trace.v1.Span.Event.$Properties {
                    }

                    class Event {
                        constructor(properties?: opentelemetry.proto.trace.v1.Span.Event.$Properties);
                        $unknowns?: Uint8Array[];
                        timeUnixNano: (number|Long);
                        name: string;
                        attributes: opentelemetry.proto.common.v1.KeyValue.$Properties[];
                        droppedAttributesCount: number;
                        static create(properties: opentelemetry.proto.trace.v1.Span.Event.$Shape): opentelemetry.proto.trace.v1.Span.Event & opentelemetry.proto.trace.v1.Span.Event.$Shape;
                        static create(properties?: opentelemetry.proto.trace.v1.Span.Event.$Properties): opentelemetry.proto.trace.v1.Span.Event;
                        static encode(message: opentelemetry.proto.trace.v1.Span.Event.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.trace.v1.Span.Event & opentelemetry.proto.trace.v1.Span.Event.$Shape;
                        static fromObject(object: { [k: string]: any }): opentelemetry.proto.trace.v1.Span.Event;
                        static toObject(message: opentelemetry.proto.trace.v1.Span.Event, options?: $protobuf.IConversionOptions): { [k: string]: any };
                        toJSON(): { [k: string]: any };
                    }

                    namespace Event {
                        interface $Properties {
                            timeUnixNano?: (number|Long|null);
                            name?: (string|null);
                            attributes?: (opentelemetry.proto.common.v1.KeyValue.$Properties[]|null);
                            droppedAttributesCount?: (number|null);
                            $unknowns?: Uint8Array[];
                        }
                        type $Shape = {
                          timeUnixNano?: number|Long|null;
                          name?: string|null;
                          attributes?: opentelemetry.proto.common.v1.KeyValue.$Shape[]|null;
                          droppedAttributesCount?: number|null;
                          $unknowns?: Uint8Array[];
                        };
                    }

                    interface ILink extends opentelemetry.proto.trace.v1.Span.Link.$Properties {
                    }

                    class Link {
                        constructor(properties?: opentelemetry.proto.trace.v1.Span.Link.$Properties);
                        $unknowns?: Uint8Array[];
                        traceId: Uint8Array;
                        spanId: Uint8Array;
                        traceState: string;
                        attributes: opentelemetry.proto.common.v1.KeyValue.$Properties[];
                        droppedAttributesCount: number;
                        flags: number;
                        static create(properties: opentelemetry.proto.trace.v1.Span.Link.$Shape): opentelemetry.proto.trace.v1.Span.Link & opentelemetry.proto.trace.v1.Span.Link.$Shape;
                        static create(properties?: opentelemetry.proto.trace.v1.Span.Link.$Properties): opentelemetry.proto.trace.v1.Span.Link;
                        static encode(message: opentelemetry.proto.trace.v1.Span.Link.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.trace.v1.Span.Link & opentelemetry.proto.trace.v1.Span.Link.$Shape;
                        static fromObject(object: { [k: string]: any }): opentelemetry.proto.trace.v1.Span.Link;
                        static toObject(message: opentelemetry.proto.trace.v1.Span.Link, options?: $protobuf.IConversionOptions): { [k: string]: any };
                        toJSON(): { [k: string]: any };
                    }

                    namespace Link {
                        interface $Properties {
                            traceId?: (Uint8Array|null);
                            spanId?: (Uint8Array|null);
                            traceState?: (string|null);
                            attributes?: (opentelemetry.proto.common.v1.KeyValue.$Properties[]|null);
                            droppedAttributesCount?: (number|null);
                            flags?: (number|null);
                            $unknowns?: Uint8Array[];
                        }
                        type $Shape = {
                          traceId?: Uint8Array|null;
                          spanId?: Uint8Array|null;
                          traceState?: string|null;
                          attributes?: opentelemetry.proto.common.v1.KeyValue.$Shape[]|null;
                          droppedAttributesCount?: number|null;
                          flags?: number|null;
                          $unknowns?: Uint8Array[];
                        };
                    }
                }

                interface IStatus extends opentelemetry.proto.trace.v1.Status.$Properties {
                }

                class Status {
                    constructor(properties?: opentelemetry.proto.trace.v1.Status.$Properties);
                    $unknowns?: Uint8Array[];
                    message: string;
                    code: opentelemetry.proto.trace.v1.Status.StatusCode;
                    static create(properties: opentelemetry.proto.trace.v1.Status.$Shape): opentelemetry.proto.trace.v1.Status & opentelemetry.proto.trace.v1.Status.$Shape;
                    static create(properties?: opentelemetry.proto.trace.v1.Status.$Properties): opentelemetry.proto.trace.v1.Status;
                    static encode(message: opentelemetry.proto.trace.v1.Status.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.trace.v1.Status & opentelemetry.proto.trace.v1.Status.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.trace.v1.Status;
                    static toObject(message: opentelemetry.proto.trace.v1.Status, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace Status {
                    interface $Properties {
                        message?: (string|null);
                        code?: (opentelemetry.proto.trace.v1.Status.StatusCode|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = opentelemetry.proto.trace.v1.Status.$Properties;

                    enum StatusCode {
                        STATUS_CODE_UNSET = 0,
                        STATUS_CODE_OK = 1,
                        STATUS_CODE_ERROR = 2
                    }
                }

                enum SpanFlags {
                    SPAN_FLAGS_DO_NOT_USE = 0,
                    SPAN_FLAGS_TRACE_FLAGS_MASK = 255,
                    SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK = 256,
                    SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK = 512
                }
            }
        }

        namespace common {

            namespace v1 {

                interface IAnyValue extends opentelemetry.proto.common.v1.AnyValue.$Properties {
                }

                class AnyValue {
                    constructor(properties?: opentelemetry.proto.common.v1.AnyValue.$Properties);
                    $unknowns?: Uint8Array[];
                    stringValue?: (string|null);
                    boolValue?: (boolean|null);
                    intValue?: (number|Long|null);
                    doubleValue?: (number|null);
                    arrayValue?: (opentelemetry.proto.common.v1.ArrayValue.$Properties|null);
                    kvlistValue?: (opentelemetry.proto.common.v1.KeyValueList.$Properties|null);
                    bytesValue?: (Uint8Array|null);
                    value?: ("stringValue"|"boolValue"|"intValue"|"doubleValue"|"arrayValue"|"kvlistValue"|"bytesValue");
                    static create(properties: opentelemetry.proto.common.v1.AnyValue.$Shape): opentelemetry.proto.common.v1.AnyValue & opentelemetry.proto.common.v1.AnyValue.$Shape;
                    static create(properties?: opentelemetry.proto.common.v1.AnyValue.$Properties): opentelemetry.proto.common.v1.AnyValue;
                    static encode(message: opentelemetry.proto.common.v1.AnyValue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.common.v1.AnyValue & opentelemetry.proto.common.v1.AnyValue.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.common.v1.AnyValue;
                    static toObject(message: opentelemetry.proto.common.v1.AnyValue, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace AnyValue {
                    interface $Properties {
                        stringValue?: (string|null);
                        boolValue?: (boolean|null);
                        intValue?: (number|Long|null);
                        doubleValue?: (number|null);
                        arrayValue?: (opentelemetry.proto.common.v1.ArrayValue.$Properties|null);
                        kvlistValue?: (opentelemetry.proto.common.v1.KeyValueList.$Properties|null);
                        bytesValue?: (Uint8Array|null);
                        value?: ("stringValue"|"boolValue"|"intValue"|"doubleValue"|"arrayValue"|"kvlistValue"|"bytesValue");
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      stringValue?: string|null;
                      boolValue?: boolean|null;
                      intValue?: number|Long|null;
                      doubleValue?: number|null;
                      arrayValue?: opentelemetry.proto.common.v1.ArrayValue.$Shape|null;
                      kvlistValue?: opentelemetry.proto.common.v1.KeyValueList.$Shape|null;
                      bytesValue?: Uint8Array|null;
                      $unknowns?: Uint8Array[];
                    } & (
                      ({ value?: undefined; stringValue?: null; boolValue?: null; intValue?: null; doubleValue?: null; arrayValue?: null; kvlistValue?: null; bytesValue?: null }|{ value?: "stringValue"; stringValue: string; boolValue?: null; intValue?: null; doubleValue?: null; arrayValue?: null; kvlistValue?: null; bytesValue?: null }|{ value?: "boolValue"; stringValue?: null; boolValue: boolean; intValue?: null; doubleValue?: null; arrayValue?: null; kvlistValue?: null; bytesValue?: null }|{ value?: "intValue"; stringValue?: null; boolValue?: null; intValue: number|Long; doubleValue?: null; arrayValue?: null; kvlistValue?: null; bytesValue?: null }|{ value?: "doubleValue"; stringValue?: null; boolValue?: null; intValue?: null; doubleValue: number; arrayValue?: null; kvlistValue?: null; bytesValue?: null }|{ value?: "arrayValue"; stringValue?: null; boolValue?: null; intValue?: null; doubleValue?: null; arrayValue: opentelemetry.proto.common.v1.ArrayValue.$Shape; kvlistValue?: null; bytesValue?: null }|{ value?: "kvlistValue"; stringValue?: null; boolValue?: null; intValue?: null; doubleValue?: null; arrayValue?: null; kvlistValue: opentelemetry.proto.common.v1.KeyValueList.$Shape; bytesValue?: null }|{ value?: "bytesValue"; stringValue?: null; boolValue?: null; intValue?: null; doubleValue?: null; arrayValue?: null; kvlistValue?: null; bytesValue: Uint8Array })
                    );
                }

                interface IArrayValue extends opentelemetry.proto.common.v1.ArrayValue.$Properties {
                }

                class ArrayValue {
                    constructor(properties?: opentelemetry.proto.common.v1.ArrayValue.$Properties);
                    $unknowns?: Uint8Array[];
                    values: opentelemetry.proto.common.v1.AnyValue.$Properties[];
                    static create(properties: opentelemetry.proto.common.v1.ArrayValue.$Shape): opentelemetry.proto.common.v1.ArrayValue & opentelemetry.proto.common.v1.ArrayValue.$Shape;
                    static create(properties?: opentelemetry.proto.common.v1.ArrayValue.$Properties): opentelemetry.proto.common.v1.ArrayValue;
                    static encode(message: opentelemetry.proto.common.v1.ArrayValue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.common.v1.ArrayValue & opentelemetry.proto.common.v1.ArrayValue.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.common.v1.ArrayValue;
                    static toObject(message: opentelemetry.proto.common.v1.ArrayValue, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace ArrayValue {
                    interface $Properties {
                        values?: (opentelemetry.proto.common.v1.AnyValue.$Properties[]|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      values?: opentelemetry.proto.common.v1.AnyValue.$Shape[]|null;
                      $unknowns?: Uint8Array[];
                    };
                }

                interface IKeyValueList extends opentelemetry.proto.common.v1.KeyValueList.$Properties {
                }

                class KeyValueList {
                    constructor(properties?: opentelemetry.proto.common.v1.KeyValueList.$Properties);
                    $unknowns?: Uint8Array[];
                    values: opentelemetry.proto.common.v1.KeyValue.$Properties[];
                    static create(properties: opentelemetry.proto.common.v1.KeyValueList.$Shape): opentelemetry.proto.common.v1.KeyValueList & opentelemetry.proto.common.v1.KeyValueList.$Shape;
                    static create(properties?: opentelemetry.proto.common.v1.KeyValueList.$Properties): opentelemetry.proto.common.v1.KeyValueList;
                    static encode(message: opentelemetry.proto.common.v1.KeyValueList.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.common.v1.KeyValueList & opentelemetry.proto.common.v1.KeyValueList.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.common.v1.KeyValueList;
                    static toObject(message: opentelemetry.proto.common.v1.KeyValueList, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace KeyValueList {
                    interface $Properties {
                        values?: (opentelemetry.proto.common.v1.KeyValue.$Properties[]|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      values?: opentelemetry.proto.common.v1.KeyValue.$Shape[]|null;
                      $unknowns?: Uint8Array[];
                    };
                }

                interface IKeyValue extends opentelemetry.proto.common.v1.KeyValue.$Properties {
                }

                class KeyValue {
                    constructor(properties?: opentelemetry.proto.common.v1.KeyValue.$Properties);
                    $unknowns?: Uint8Array[];
                    key: string;
                    value?: (opentelemetry.proto.common.v1.AnyValue.$Properties|null);
                    static create(properties: opentelemetry.proto.common.v1.KeyValue.$Shape): opentelemetry.proto.common.v1.KeyValue & opentelemetry.proto.common.v1.KeyValue.$Shape;
                    static create(properties?: opentelemetry.proto.common.v1.KeyValue.$Properties): opentelemetry.proto.common.v1.KeyValue;
                    static encode(message: opentelemetry.proto.common.v1.KeyValue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.common.v1.KeyValue & opentelemetry.proto.common.v1.KeyValue.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.common.v1.KeyValue;
                    static toObject(message: opentelemetry.proto.common.v1.KeyValue, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace KeyValue {
                    interface $Properties {
                        key?: (string|null);
                        value?: (opentelemetry.proto.common.v1.AnyValue.$Properties|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      key?: string|null;
                      value?: opentelemetry.proto.common.v1.AnyValue.$Shape|null;
                      $unknowns?: Uint8Array[];
                    };
                }

                interface IInstrumentationScope extends opentelemetry.proto.common.v1.InstrumentationScope.$Properties {
                }

                class InstrumentationScope {
                    constructor(properties?: opentelemetry.proto.common.v1.InstrumentationScope.$Properties);
                    $unknowns?: Uint8Array[];
                    name: string;
                    version: string;
                    attributes: opentelemetry.proto.common.v1.KeyValue.$Properties[];
                    droppedAttributesCount: number;
                    static create(properties: opentelemetry.proto.common.v1.InstrumentationScope.$Shape): opentelemetry.proto.common.v1.InstrumentationScope & opentelemetry.proto.common.v1.InstrumentationScope.$Shape;
                    static create(properties?: opentelemetry.proto.common.v1.InstrumentationScope.$Properties): opentelemetry.proto.common.v1.InstrumentationScope;
                    static encode(message: opentelemetry.proto.common.v1.InstrumentationScope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.common.v1.InstrumentationScope & opentelemetry.proto.common.v1.InstrumentationScope.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.common.v1.InstrumentationScope;
                    static toObject(message: opentelemetry.proto.common.v1.InstrumentationScope, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace InstrumentationScope {
                    interface $Properties {
                        name?: (string|null);
                        version?: (string|null);
                        attributes?: (opentelemetry.proto.common.v1.KeyValue.$Properties[]|null);
                        droppedAttributesCount?: (number|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      name?: string|null;
                      version?: string|null;
                      attributes?: opentelemetry.proto.common.v1.KeyValue.$Shape[]|null;
                      droppedAttributesCount?: number|null;
                      $unknowns?: Uint8Array[];
                    };
                }

                interface IEntityRef extends opentelemetry.proto.common.v1.EntityRef.$Properties {
                }

                class EntityRef {
                    constructor(properties?: opentelemetry.proto.common.v1.EntityRef.$Properties);
                    $unknowns?: Uint8Array[];
                    schemaUrl: string;
                    type: string;
                    idKeys: string[];
                    descriptionKeys: string[];
                    static create(properties: opentelemetry.proto.common.v1.EntityRef.$Shape): opentelemetry.proto.common.v1.EntityRef & opentelemetry.proto.common.v1.EntityRef.$Shape;
                    static create(properties?: opentelemetry.proto.common.v1.EntityRef.$Properties): opentelemetry.proto.common.v1.EntityRef;
                    static encode(message: opentelemetry.proto.common.v1.EntityRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.common.v1.EntityRef & opentelemetry.proto.common.v1.EntityRef.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.common.v1.EntityRef;
                    static toObject(message: opentelemetry.proto.common.v1.EntityRef, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace EntityRef {
                    interface $Properties {
                        schemaUrl?: (string|null);
                        type?: (string|null);
                        idKeys?: (string[]|null);
                        descriptionKeys?: (string[]|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = opentelemetry.proto.common.v1.EntityRef.$Properties;
                }
            }
        }

        namespace resource {

            namespace v1 {

                interface IResource extends opentelemetry.proto.resource.v1.Resource.$Properties {
                }

                class Resource {
                    constructor(properties?: opentelemetry.proto.resource.v1.Resource.$Properties);
                    $unknowns?: Uint8Array[];
                    attributes: opentelemetry.proto.common.v1.KeyValue.$Properties[];
                    droppedAttributesCount: number;
                    entityRefs: opentelemetry.proto.common.v1.EntityRef.$Properties[];
                    static create(properties: opentelemetry.proto.resource.v1.Resource.$Shape): opentelemetry.proto.resource.v1.Resource & opentelemetry.proto.resource.v1.Resource.$Shape;
                    static create(properties?: opentelemetry.proto.resource.v1.Resource.$Properties): opentelemetry.proto.resource.v1.Resource;
                    static encode(message: opentelemetry.proto.resource.v1.Resource.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
                    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): opentelemetry.proto.resource.v1.Resource & opentelemetry.proto.resource.v1.Resource.$Shape;
                    static fromObject(object: { [k: string]: any }): opentelemetry.proto.resource.v1.Resource;
                    static toObject(message: opentelemetry.proto.resource.v1.Resource, options?: $protobuf.IConversionOptions): { [k: string]: any };
                    toJSON(): { [k: string]: any };
                }

                namespace Resource {
                    interface $Properties {
                        attributes?: (opentelemetry.proto.common.v1.KeyValue.$Properties[]|null);
                        droppedAttributesCount?: (number|null);
                        entityRefs?: (opentelemetry.proto.common.v1.EntityRef.$Properties[]|null);
                        $unknowns?: Uint8Array[];
                    }
                    type $Shape = {
                      attributes?: opentelemetry.proto.common.v1.KeyValue.$Shape[]|null;
                      droppedAttributesCount?: number|null;
                      entityRefs?: opentelemetry.proto.common.v1.EntityRef.$Shape[]|null;
                      $unknowns?: Uint8Array[];
                    };
                }
            }
        }
    }
}

export namespace spanmill {

    namespace v1 {

        interface ITraceBatch extends spanmill.v1.TraceBatch.$Properties {
        }

        class TraceBatch {
            constructor(properties?: spanmill.v1.TraceBatch.$Properties);
            $unknowns?: Uint8Array[];
            headers: spanmill.v1.SpanHeader.$Properties[];
            traces: spanmill.v1.AssembledTrace.$Properties[];
            static create(properties: spanmill.v1.TraceBatch.$Shape): spanmill.v1.TraceBatch & spanmill.v1.TraceBatch.$Shape;
            static create(properties?: spanmill.v1.TraceBatch.$Properties): spanmill.v1.TraceBatch;
            static encode(message: spanmill.v1.TraceBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spanmill.v1.TraceBatch & spanmill.v1.TraceBatch.$Shape;
            static fromObject(object: { [k: string]: any }): spanmill.v1.TraceBatch;
            static toObject(message: spanmill.v1.TraceBatch, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace TraceBatch {
            interface $Properties {
                headers?: (spanmill.v1.SpanHeader.$Properties[]|null);
                traces?: (spanmill.v1.AssembledTrace.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              headers?: spanmill.v1.SpanHeader.$Shape[]|null;
              traces?: spanmill.v1.AssembledTrace.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        interface ISpanHeader extends spanmill.v1.SpanHeader.$Properties {
        }

        class SpanHeader {
            constructor(properties?: spanmill.v1.SpanHeader.$Properties);
            $unknowns?: Uint8Array[];
            resource?: (opentelemetry.proto.resource.v1.Resource.$Properties|null);
            resourceSchemaUrl: string;
            scope?: (opentelemetry.proto.common.v1.InstrumentationScope.$Properties|null);
            scopeSchemaUrl: string;
            static create(properties: spanmill.v1.SpanHeader.$Shape): spanmill.v1.SpanHeader & spanmill.v1.SpanHeader.$Shape;
            static create(properties?: spanmill.v1.SpanHeader.$Properties): spanmill.v1.SpanHeader;
            static encode(message: spanmill.v1.SpanHeader.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spanmill.v1.SpanHeader & spanmill.v1.SpanHeader.$Shape;
            static fromObject(object: { [k: string]: any }): spanmill.v1.SpanHeader;
            static toObject(message: spanmill.v1.SpanHeader, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace SpanHeader {
            interface $Properties {
                resource?: (opentelemetry.proto.resource.v1.Resource.$Properties|null);
                resourceSchemaUrl?: (string|null);
                scope?: (opentelemetry.proto.common.v1.InstrumentationScope.$Properties|null);
                scopeSchemaUrl?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              resource?: opentelemetry.proto.resource.v1.Resource.$Shape|null;
              resourceSchemaUrl?: string|null;
              scope?: opentelemetry.proto.common.v1.InstrumentationScope.$Shape|null;
              scopeSchemaUrl?: string|null;
              $unknowns?: Uint8Array[];
            };
        }

        interface IAssembledTrace extends spanmill.v1.AssembledTrace.$Properties {
        }

        class AssembledTrace {
            constructor(properties?: spanmill.v1.AssembledTrace.$Properties);
            $unknowns?: Uint8Array[];
            traceId: Uint8Array;
            tenant: string;
            fragment: number;
            reason: spanmill.v1.CloseReason;
            receivedUnixMs: (number|Long);
            summary?: (spanmill.v1.TraceSummary.$Properties|null);
            sampling?: (spanmill.v1.SamplingDecision.$Properties|null);
            spanHeaders: number[];
            spans: opentelemetry.proto.trace.v1.Span.$Properties[];
            static create(properties: spanmill.v1.AssembledTrace.$Shape): spanmill.v1.AssembledTrace & spanmill.v1.AssembledTrace.$Shape;
            static create(properties?: spanmill.v1.AssembledTrace.$Properties): spanmill.v1.AssembledTrace;
            static encode(message: spanmill.v1.AssembledTrace.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spanmill.v1.AssembledTrace & spanmill.v1.AssembledTrace.$Shape;
            static fromObject(object: { [k: string]: any }): spanmill.v1.AssembledTrace;
            static toObject(message: spanmill.v1.AssembledTrace, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace AssembledTrace {
            interface $Properties {
                traceId?: (Uint8Array|null);
                tenant?: (string|null);
                fragment?: (number|null);
                reason?: (spanmill.v1.CloseReason|null);
                receivedUnixMs?: (number|Long|null);
                summary?: (spanmill.v1.TraceSummary.$Properties|null);
                sampling?: (spanmill.v1.SamplingDecision.$Properties|null);
                spanHeaders?: (number[]|null);
                spans?: (opentelemetry.proto.trace.v1.Span.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = {
              traceId?: Uint8Array|null;
              tenant?: string|null;
              fragment?: number|null;
              reason?: spanmill.v1.CloseReason|null;
              receivedUnixMs?: number|Long|null;
              summary?: spanmill.v1.TraceSummary.$Shape|null;
              sampling?: spanmill.v1.SamplingDecision.$Shape|null;
              spanHeaders?: number[]|null;
              spans?: opentelemetry.proto.trace.v1.Span.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        enum CloseReason {
            CLOSE_REASON_UNSPECIFIED = 0,
            CLOSE_REASON_SETTLED = 1,
            CLOSE_REASON_IDLE = 2,
            CLOSE_REASON_FULL = 3,
            CLOSE_REASON_CUT = 4
        }

        interface ITraceSummary extends spanmill.v1.TraceSummary.$Properties {
        }

        class TraceSummary {
            constructor(properties?: spanmill.v1.TraceSummary.$Properties);
            $unknowns?: Uint8Array[];
            startTimeUnixNano: (number|Long);
            endTimeUnixNano: (number|Long);
            spans: number;
            errors: number;
            rootService: string;
            rootName: string;
            rootDurationNano: (number|Long);
            services: string[];
            criticalPath: spanmill.v1.CriticalPathStep.$Properties[];
            missingParents: number;
            static create(properties: spanmill.v1.TraceSummary.$Shape): spanmill.v1.TraceSummary & spanmill.v1.TraceSummary.$Shape;
            static create(properties?: spanmill.v1.TraceSummary.$Properties): spanmill.v1.TraceSummary;
            static encode(message: spanmill.v1.TraceSummary.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spanmill.v1.TraceSummary & spanmill.v1.TraceSummary.$Shape;
            static fromObject(object: { [k: string]: any }): spanmill.v1.TraceSummary;
            static toObject(message: spanmill.v1.TraceSummary, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace TraceSummary {
            interface $Properties {
                startTimeUnixNano?: (number|Long|null);
                endTimeUnixNano?: (number|Long|null);
                spans?: (number|null);
                errors?: (number|null);
                rootService?: (string|null);
                rootName?: (string|null);
                rootDurationNano?: (number|Long|null);
                services?: (string[]|null);
                criticalPath?: (spanmill.v1.CriticalPathStep.$Properties[]|null);
                missingParents?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = spanmill.v1.TraceSummary.$Properties;
        }

        interface ICriticalPathStep extends spanmill.v1.CriticalPathStep.$Properties {
        }

        class CriticalPathStep {
            constructor(properties?: spanmill.v1.CriticalPathStep.$Properties);
            $unknowns?: Uint8Array[];
            service: string;
            operation: string;
            selfTimeNano: (number|Long);
            static create(properties: spanmill.v1.CriticalPathStep.$Shape): spanmill.v1.CriticalPathStep & spanmill.v1.CriticalPathStep.$Shape;
            static create(properties?: spanmill.v1.CriticalPathStep.$Properties): spanmill.v1.CriticalPathStep;
            static encode(message: spanmill.v1.CriticalPathStep.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spanmill.v1.CriticalPathStep & spanmill.v1.CriticalPathStep.$Shape;
            static fromObject(object: { [k: string]: any }): spanmill.v1.CriticalPathStep;
            static toObject(message: spanmill.v1.CriticalPathStep, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace CriticalPathStep {
            interface $Properties {
                service?: (string|null);
                operation?: (string|null);
                selfTimeNano?: (number|Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = spanmill.v1.CriticalPathStep.$Properties;
        }

        interface ISamplingDecision extends spanmill.v1.SamplingDecision.$Properties {
        }

        class SamplingDecision {
            constructor(properties?: spanmill.v1.SamplingDecision.$Properties);
            $unknowns?: Uint8Array[];
            kept: boolean;
            policy: string;
            threshold: (number|Long);
            static create(properties: spanmill.v1.SamplingDecision.$Shape): spanmill.v1.SamplingDecision & spanmill.v1.SamplingDecision.$Shape;
            static create(properties?: spanmill.v1.SamplingDecision.$Properties): spanmill.v1.SamplingDecision;
            static encode(message: spanmill.v1.SamplingDecision.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spanmill.v1.SamplingDecision & spanmill.v1.SamplingDecision.$Shape;
            static fromObject(object: { [k: string]: any }): spanmill.v1.SamplingDecision;
            static toObject(message: spanmill.v1.SamplingDecision, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace SamplingDecision {
            interface $Properties {
                kept?: (boolean|null);
                policy?: (string|null);
                threshold?: (number|Long|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = spanmill.v1.SamplingDecision.$Properties;
        }
    }
}

export namespace tempopb {

    interface ITraceByIDResponse extends tempopb.TraceByIDResponse.$Properties {
    }

    class TraceByIDResponse {
        constructor(properties?: tempopb.TraceByIDResponse.$Properties);
        $unknowns?: Uint8Array[];
        trace?: (tempopb.Trace.$Properties|null);
        status: tempopb.PartialStatus;
        message: string;
        static create(properties: tempopb.TraceByIDResponse.$Shape): tempopb.TraceByIDResponse & tempopb.TraceByIDResponse.$Shape;
        static create(properties?: tempopb.TraceByIDResponse.$Properties): tempopb.TraceByIDResponse;
        static encode(message: tempopb.TraceByIDResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tempopb.TraceByIDResponse & tempopb.TraceByIDResponse.$Shape;
        static fromObject(object: { [k: string]: any }): tempopb.TraceByIDResponse;
        static toObject(message: tempopb.TraceByIDResponse, options?: $protobuf.IConversionOptions): { [k: string]: any };
        toJSON(): { [k: string]: any };
    }

    namespace TraceByIDResponse {
        interface $Properties {
            trace?: (tempopb.Trace.$Properties|null);
            status?: (tempopb.PartialStatus|null);
            message?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = {
          trace?: tempopb.Trace.$Shape|null;
          status?: tempopb.PartialStatus|null;
          message?: string|null;
          $unknowns?: Uint8Array[];
        };
    }

    interface ITrace extends tempopb.Trace.$Properties {
    }

    class Trace {
        constructor(properties?: tempopb.Trace.$Properties);
        $unknowns?: Uint8Array[];
        resourceSpans: opentelemetry.proto.trace.v1.ResourceSpans.$Properties[];
        static create(properties: tempopb.Trace.$Shape): tempopb.Trace & tempopb.Trace.$Shape;
        static create(properties?: tempopb.Trace.$Properties): tempopb.Trace;
        static encode(message: tempopb.Trace.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tempopb.Trace & tempopb.Trace.$Shape;
        static fromObject(object: { [k: string]: any }): tempopb.Trace;
        static toObject(message: tempopb.Trace, options?: $protobuf.IConversionOptions): { [k: string]: any };
        toJSON(): { [k: string]: any };
    }

    namespace Trace {
        interface $Properties {
            resourceSpans?: (opentelemetry.proto.trace.v1.ResourceSpans.$Properties[]|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = {
          resourceSpans?: opentelemetry.proto.trace.v1.ResourceSpans.$Shape[]|null;
          $unknowns?: Uint8Array[];
        };
    }

    enum PartialStatus {
        COMPLETE = 0,
        PARTIAL = 1
    }
}

export namespace zipkin {

    namespace proto3 {

        interface IListOfSpans extends zipkin.proto3.ListOfSpans.$Properties {
        }

        class ListOfSpans {
            constructor(properties?: zipkin.proto3.ListOfSpans.$Properties);
            $unknowns?: Uint8Array[];
            spans: zipkin.proto3.Span.$Properties[];
            static create(properties: zipkin.proto3.ListOfSpans.$Shape): zipkin.proto3.ListOfSpans & zipkin.proto3.ListOfSpans.$Shape;
            static create(properties?: zipkin.proto3.ListOfSpans.$Properties): zipkin.proto3.ListOfSpans;
            static encode(message: zipkin.proto3.ListOfSpans.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): zipkin.proto3.ListOfSpans & zipkin.proto3.ListOfSpans.$Shape;
            static fromObject(object: { [k: string]: any }): zipkin.proto3.ListOfSpans;
            static toObject(message: zipkin.proto3.ListOfSpans, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace ListOfSpans {
            interface $Properties {
                spans?: (zipkin.proto3.Span.$Properties[]|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = zipkin.proto3.ListOfSpans.$Properties;
        }

        interface ISpan extends zipkin.proto3.Span.$Properties {
        }

        class Span {
            constructor(properties?: zipkin.proto3.Span.$Properties);
            $unknowns?: Uint8Array[];
            traceId: Uint8Array;
            parentId: Uint8Array;
            id: Uint8Array;
            kind: zipkin.proto3.Span.Kind;
            name: string;
            timestamp: (number|Long);
            duration: (number|Long);
            localEndpoint?: (zipkin.proto3.Endpoint.$Properties|null);
            remoteEndpoint?: (zipkin.proto3.Endpoint.$Properties|null);
            annotations: zipkin.proto3.Annotation.$Properties[];
            tags: { [k: string]: string };
            debug: boolean;
            shared: boolean;
            static create(properties: zipkin.proto3.Span.$Shape): zipkin.proto3.Span & zipkin.proto3.Span.$Shape;
            static create(properties?: zipkin.proto3.Span.$Properties): zipkin.proto3.Span;
            static encode(message: zipkin.proto3.Span.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): zipkin.proto3.Span & zipkin.proto3.Span.$Shape;
            static fromObject(object: { [k: string]: any }): zipkin.proto3.Span;
            static toObject(message: zipkin.proto3.Span, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Span {
            interface $Properties {
                traceId?: (Uint8Array|null);
                parentId?: (Uint8Array|null);
                id?: (Uint8Array|null);
                kind?: (zipkin.proto3.Span.Kind|null);
                name?: (string|null);
                timestamp?: (number|Long|null);
                duration?: (number|Long|null);
                localEndpoint?: (zipkin.proto3.Endpoint.$Properties|null);
                remoteEndpoint?: (zipkin.proto3.Endpoint.$Properties|null);
                annotations?: (zipkin.proto3.Annotation.$Properties[]|null);
                tags?: ({ [k: string]: string }|null);
                debug?: (boolean|null);
                shared?: (boolean|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = zipkin.proto3.Span.$Properties;

            enum Kind {
                SPAN_KIND_UNSPECIFIED = 0,
                CLIENT = 1,
                SERVER = 2,
                PRODUCER = 3,
                CONSUMER = 4
            }
        }

        interface IEndpoint extends zipkin.proto3.Endpoint.$Properties {
        }

        class Endpoint {
            constructor(properties?: zipkin.proto3.Endpoint.$Properties);
            $unknowns?: Uint8Array[];
            serviceName: string;
            ipv4: Uint8Array;
            ipv6: Uint8Array;
            port: number;
            static create(properties: zipkin.proto3.Endpoint.$Shape): zipkin.proto3.Endpoint & zipkin.proto3.Endpoint.$Shape;
            static create(properties?: zipkin.proto3.Endpoint.$Properties): zipkin.proto3.Endpoint;
            static encode(message: zipkin.proto3.Endpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): zipkin.proto3.Endpoint & zipkin.proto3.Endpoint.$Shape;
            static fromObject(object: { [k: string]: any }): zipkin.proto3.Endpoint;
            static toObject(message: zipkin.proto3.Endpoint, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Endpoint {
            interface $Properties {
                serviceName?: (string|null);
                ipv4?: (Uint8Array|null);
                ipv6?: (Uint8Array|null);
                port?: (number|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = zipkin.proto3.Endpoint.$Properties;
        }

        interface IAnnotation extends zipkin.proto3.Annotation.$Properties {
        }

        class Annotation {
            constructor(properties?: zipkin.proto3.Annotation.$Properties);
            $unknowns?: Uint8Array[];
            timestamp: (number|Long);
            value: string;
            static create(properties: zipkin.proto3.Annotation.$Shape): zipkin.proto3.Annotation & zipkin.proto3.Annotation.$Shape;
            static create(properties?: zipkin.proto3.Annotation.$Properties): zipkin.proto3.Annotation;
            static encode(message: zipkin.proto3.Annotation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): zipkin.proto3.Annotation & zipkin.proto3.Annotation.$Shape;
            static fromObject(object: { [k: string]: any }): zipkin.proto3.Annotation;
            static toObject(message: zipkin.proto3.Annotation, options?: $protobuf.IConversionOptions): { [k: string]: any };
            toJSON(): { [k: string]: any };
        }

        namespace Annotation {
            interface $Properties {
                timestamp?: (number|Long|null);
                value?: (string|null);
                $unknowns?: Uint8Array[];
            }
            type $Shape = zipkin.proto3.Annotation.$Properties;
        }
    }
}
