import { AreaChart, LineChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { formatMs } from '../shared/duration.js';
import type { OverviewData } from './overview.types.js';

const HEIGHT = 200;

type Timeline = Pick<OverviewData, 'timeline'>;
/** What requests are drawn from, of all or of one sender. */
interface Counted {
  timeline: { at: string; traffic: { total: number; failed: number } }[];
}

/** The last step is not over yet, and would look like a fall. */
const finished = <Point,>({ timeline }: { timeline: Point[] }): Point[] => timeline.slice(0, -1);

/** Answered and failed requests, stacked, over the window. */
export function RequestsChart(overview: Counted) {
  const { t } = useTranslation();
  const timeline = finished(overview);
  const label = useClock(timeline);
  const data = timeline.map(({ at, traffic: { total, failed } }) => ({
    at: label(at),
    answered: total - failed,
    failed,
  }));
  return (
    <figure className="chart" aria-label={t('overview.requestsChart')}>
      <AreaChart
        h={HEIGHT}
        data={data}
        dataKey="at"
        type="stacked"
        curveType="linear"
        withDots={false}
        withLegend
        strokeWidth={1.5}
        fillOpacity={0.35}
        tooltipAnimationDuration={0}
        areaProps={{ isAnimationActive: false }}
        yAxisProps={{ width: 40, allowDecimals: false }}
        series={[
          // From the ground up: above the others its line would stand for all of them.
          { name: 'failed', label: t('overview.failedSeries'), color: 'red.7' },
          { name: 'answered', label: t('overview.answered'), color: 'petrol.6' },
        ]}
      />
    </figure>
  );
}

export function LatencyChart(overview: Timeline) {
  const { t } = useTranslation();
  const timeline = finished(overview);
  const label = useClock(timeline);
  const data = timeline.map(({ at, traffic: { p50Ms, p95Ms, p99Ms } }) => ({
    at: label(at),
    p50: p50Ms,
    p95: p95Ms,
    p99: p99Ms,
  }));
  return (
    <figure className="chart" aria-label={t('overview.latencyChart')}>
      <LineChart
        h={HEIGHT}
        data={data}
        dataKey="at"
        curveType="linear"
        dotProps={{ r: 1.5 }}
        withLegend
        strokeWidth={1.5}
        tooltipAnimationDuration={0}
        lineProps={{ isAnimationActive: false }}
        valueFormatter={(value) => formatMs(value)}
        yAxisProps={{ width: 64 }}
        series={[
          { name: 'p50', label: 'p50', color: 'petrol.6' },
          { name: 'p95', label: 'p95', color: 'orange.7' },
          { name: 'p99', label: 'p99', color: 'red.7' },
        ]}
      />
    </figure>
  );
}

const DAY_MS = 86_400_000;

/** Times of day, with the date where the window is longer than a day. */
function useClock(timeline: { at: string }[]): (at: string) => string {
  const { language } = useTranslation().i18n;
  const [first, last] = [timeline[0], timeline.at(-1)].map((point) => new Date(point?.at ?? 0).getTime());
  const long = (last ?? 0) - (first ?? 0) > DAY_MS;
  const format = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    ...(long ? { day: '2-digit', month: '2-digit' } : {}),
  });
  return (at) => format.format(new Date(at));
}
