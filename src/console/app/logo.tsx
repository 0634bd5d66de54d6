import logo from '../icon.svg';

export function Logo({ size = 24 }: { size?: number }) {
  return <img src={logo} width={size} height={size} alt="" />;
}
